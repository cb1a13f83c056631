import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import type { ManageVerb } from '../../src/core/manage.ts'
import type { WorkflowStatus } from '../../src/core/workflow.ts'
import type { TestDatabase } from './database.ts'
import { runDrover, startDrover } from './drover-process.ts'
import { waitUntil } from './wait-until.ts'

export const interruptedVerbs = [
  ['cancel', 'ENQUEUED', 'CANCELLED'],
  ['resume', 'CANCELLED', 'ENQUEUED'],
  ['rewind', 'ERROR', 'ENQUEUED'],
  ['fork', 'ERROR', 'ERROR'],
  ['delete', 'SUCCESS', undefined],
] as const satisfies readonly (readonly [ManageVerb, WorkflowStatus, WorkflowStatus | undefined])[]

interface Interruption {
  readonly database: TestDatabase
  readonly home: string
  readonly verb: ManageVerb
  readonly status: WorkflowStatus
  readonly count: number
  readonly perSecond: number
}

interface Row {
  readonly workflowId: string
  readonly outcome: string
}

/**
 * Changes `count` workflows, kills the process with SIGKILL half-way, types the same command again, and returns how often
 * the database saw each workflow change. Every row of both runs together says that it was changed.
 */
export async function interruptBulk(options: Interruption): Promise<ReadonlyMap<string, number>> {
  const { database, home, verb, status, count, perSecond } = options
  const name = `${verb}-me`
  await watchChanges(database)
  await seedMany(database, { name, status, count })
  const ledger = path.join(home, `${verb}.ledger`)
  const from = verb === 'fork' || verb === 'rewind' ? ['--from', '0'] : []
  const args = [verb, '--name', name, ...from, '--yes', '-o', 'jsonl', '--ledger', ledger]
  const command = [...args, '--rate', `${perSecond}/s`, '--db-url', database.target.url]

  const startedMs = Date.now()
  const first = startDrover(command, { home })
  const seen = await waitUntil(
    `half of them are changed`,
    async () => {
      const changes = await readChanges(database, name)
      return changes.size >= count / 2 && changes
    },
    60_000 + (count / perSecond) * 1000,
  )
  first.process.kill('SIGKILL')
  const elapsedSeconds = (Date.now() - startedMs) / 1000
  expect(seen.size / elapsedSeconds).toBeLessThanOrEqual(perSecond * 1.1)
  await first.ended
  expect((await readChanges(database, name)).size).toBeLessThan(count)
  expect(await readFile(ledger, 'utf8')).toContain('"type":"intent"')

  const second = await runDrover(command, { home })
  expect(second).toMatchObject({ code: 0 })
  const rows: Row[] = second.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(new Set(rows.map(({ workflowId }) => workflowId)).size).toBe(count)
  expect(rows.filter(({ outcome }) => outcome !== 'changed')).toEqual([])
  return readChanges(database, name)
}

/** What changes status, goes away, or is copied from another is written down by the database itself. */
async function watchChanges(database: TestDatabase): Promise<void> {
  await database.query(`
    create table if not exists public.seen_change (name text, workflow_id text);
    create or replace function public.see_change() returns trigger language plpgsql as $$ begin
      if tg_op = 'INSERT' then
        if new.forked_from is not null then
          insert into public.seen_change values (new.name, new.forked_from);
        end if;
      else
        insert into public.seen_change values (old.name, old.workflow_uuid);
      end if;
      return null;
    end $$;
    create or replace trigger see_update after update on dbos.workflow_status for each row
      when (old.status is distinct from new.status) execute function public.see_change();
    create or replace trigger see_others after insert or delete on dbos.workflow_status for each row
      execute function public.see_change()`)
}

async function readChanges(database: TestDatabase, name: string): Promise<Map<string, number>> {
  const rows = await database.query(
    `select workflow_id, count(*)::int as count from public.seen_change where name = $1 group by 1`,
    [name],
  )
  return new Map(rows.map(({ workflow_id, count }) => [String(workflow_id), Number(count)]))
}

async function seedMany(
  database: TestDatabase,
  { name, status, count }: { readonly name: string; readonly status: WorkflowStatus; readonly count: number },
): Promise<void> {
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, queue_name, executor_id, created_at, updated_at)
     select $1 || '-' || lpad(n::text, 6, '0'), $2, $1, 'nobody-polls-this', '', n, n
     from generate_series(1, $3) n`,
    [name, status, count],
  )
}
