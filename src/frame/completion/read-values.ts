import type { Context } from '../../context.ts'
import type { Store } from '../../core/store.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { statusesByWord } from '../../core/words/status.ts'
import { workflowStatuses } from '../../core/workflow.ts'
import { readProfileNames } from '../../settings/profile/list-profiles.ts'
import { type DatabaseFlags, readSettings } from '../../settings/settings.ts'
import { findTarget } from '../../settings/target.ts'
import { lastValueOf } from '../typed-flags.ts'
import type { ValueKind } from './value-kinds.ts'

/** Who presses a key waits no longer, unless the environment says so. */
const usualPatience = '300ms'
const mostValues = 50

type DatabaseKind = Exclude<ValueKind, 'status' | 'profile'>

/** Values of this kind that the database holds and that begin so, the newest first; none where it does not answer in time. */
export async function readValues(
  context: Context,
  kind: ValueKind | undefined,
  words: readonly string[],
  prefix: string,
): Promise<readonly string[]> {
  if (kind === undefined) return []
  if (kind === 'profile') return readProfileNames(context).catch(() => [])
  if (kind === 'status') return [...Object.keys(statusesByWord), ...workflowStatuses]
  const patienceMs = parseDuration(context.env.DROVER_COMPLETION_TIMEOUT || usualPatience)
  const late = context.sleep(patienceMs).then(() => [])
  const read = fromDatabase(context, kind, words, { prefix, patienceMs }).catch(() => [])
  return Promise.race([read, late])
}

async function fromDatabase(
  context: Context,
  kind: DatabaseKind,
  words: readonly string[],
  { prefix, patienceMs }: { readonly prefix: string; readonly patienceMs: number },
): Promise<readonly string[]> {
  const settings = await readSettings(context, toFlags(words))
  if (!settings.databaseUrl && !(await isEmbeddedUp(context))) return []
  const target = await findTarget(context, settings, {})
  const store = await context.openStore({ ...target, connectTimeoutMs: patienceMs })
  try {
    return await valuesBy[kind](store, prefix)
  } finally {
    await store.close()
  }
}

const valuesBy: Readonly<Record<DatabaseKind, (store: Store, prefix: string) => Promise<readonly string[]>>> =
  {
    workflow: async (store, prefix) => {
      const idPrefix = prefix === '' ? undefined : prefix
      return (await store.list({ limit: mostValues, idPrefix })).map(({ workflowId }) => workflowId)
    },
    wait: async (store) => (await openWaits(store)).map(({ workflowId, step }) => `${workflowId}#${step}`),
    topic: async (store) => (await openWaits(store)).flatMap(({ topic }) => topic ?? []),
    name: (store) => store.knownNames(mostValues),
    queue: async (store) => (await store.queues()).map(({ name }) => name),
    schedule: async (store) => (await store.schedules()).map(({ name }) => name),
    version: async (store) => (await store.versions()).map(({ version }) => version),
  }

async function openWaits(store: Store) {
  return (await store.inbox({ limit: mostValues })).waits
}

/** Completing starts nothing. */
async function isEmbeddedUp(context: Context): Promise<boolean> {
  const local = await context.local()
  return local.exists() && (await local.status()).state === 'up'
}

function toFlags(words: readonly string[]): DatabaseFlags {
  const of = (option: string): string | undefined => lastValueOf(option, words)
  return {
    profile: of('--profile'),
    dbUrl: of('--db-url'),
    database: of('--database'),
    schema: of('--schema'),
    local: words.includes('--local'),
  }
}
