import type pg from 'pg'
import { lockKey } from '../../core/dbos-names.ts'
import type { RegisteredWorkflow } from '../../core/run/registration.ts'

type Named = Pick<RegisteredWorkflow, 'name' | 'className'>

/** A workflow as executors tell each other that they run it: of one application and version. */
export function toRunnable(
  { application, version }: { readonly application: string; readonly version: string },
  { name, className }: Named,
): string {
  return JSON.stringify([application, version, className || '', name])
}

/** Those of `runnables` that some living drover process runs. */
export async function findRunnable(
  client: pg.Client | pg.Pool,
  runnables: readonly string[],
): Promise<ReadonlySet<string>> {
  if (runnables.length === 0) return new Set()
  const { rows } = await client.query(
    `select runnable from unnest($1::text[]) as runnable where not pg_try_advisory_xact_lock(${lockKey.runs('runnable')})`,
    [[...new Set(runnables)]],
  )
  return new Set(rows.map((row) => row.runnable))
}
