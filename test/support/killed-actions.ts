import { inject } from 'vitest'
import type { DatabaseAndHome } from './database-and-home.ts'
import { startDrover } from './drover-process.ts'
import { waitUntil } from './wait-until.ts'
import { startWireProxy } from './wire-proxy.ts'

type Row = Readonly<Record<string, unknown>>

interface Verb {
  readonly action: string
  readonly status: string
  /** How it is typed, of workflows of this name. */
  readonly line: (name: string) => string
  /** Of a workflow as it was made, and as it is; undefined where it is gone. */
  readonly isChanged: (before: Row, after: Row | undefined) => boolean
}

const all = (name: string) => `--name ${name} --yes`
const verbs: readonly Verb[] = [
  {
    action: 'cancel',
    status: 'ENQUEUED',
    line: (name) => `cancel ${all(name)}`,
    isChanged: (_, after) => after?.status === 'CANCELLED',
  },
  {
    action: 'resume',
    status: 'CANCELLED',
    line: (name) => `resume ${all(name)}`,
    isChanged: (_, after) => after?.status === 'ENQUEUED',
  },
  {
    action: 'rewind',
    status: 'ERROR',
    line: (name) => `rewind ${all(name)} --from 0`,
    isChanged: (_, after) => after?.status === 'ENQUEUED',
  },
  {
    action: 'fork',
    status: 'ERROR',
    line: (name) => `fork ${all(name)} --from 0`,
    isChanged: (_, after) => after?.has_copy === true,
  },
  {
    action: 'delete',
    status: 'SUCCESS',
    line: (name) => `delete ${all(name)}`,
    isChanged: (_, after) => after === undefined,
  },
  {
    action: 'retain',
    status: 'SUCCESS',
    line: () => 'retain --keep 0 --older-than 1ms --yes',
    isChanged: (_, after) => after === undefined,
  },
  {
    action: 'reprioritize',
    status: 'ENQUEUED',
    line: (name) => `reprioritize ${all(name)} 7`,
    isChanged: (before, after) => after?.priority !== before.priority,
  },
  {
    action: 'requeue',
    status: 'ENQUEUED',
    line: (name) => `requeue ${all(name)} --to-queue other`,
    isChanged: (_, after) => after?.queue_name === 'other',
  },
]

export interface KilledActions {
  /** Processes that were killed before they were done. */
  readonly kills: number
  /** Workflows that were changed without a line, or have a line and were not. */
  readonly wrong: readonly string[]
  /** How many workflows were changed by processes that were killed, and how many of theirs were not. */
  readonly changed: number
  readonly unchanged: number
}

/** More than a batch of the command holds. */
const perRound = 120

/**
 * Kills processes with SIGKILL when they send one message after the other to Postgres, which by turns comes through and does
 * not, and compares what they changed with what is on record.
 */
export async function killActions(given: DatabaseAndHome, rounds: number): Promise<KilledActions> {
  await given.database.query(
    `insert into dbos.queues (name, polling_interval_sec) values ('other', 1) on conflict do nothing`,
  )
  const messagesByVerb = new Map<string, number>()
  const found = { kills: 0, wrong: [] as string[], changed: 0, unchanged: 0 }
  for (let round = 0; found.kills < rounds; round++) {
    const verb = verbs[round % verbs.length] as Verb
    const name = `${verb.action}-${round}`
    const before = await seed(given, name, verb.status)
    const messages = messagesByVerb.get(verb.action)
    const at =
      messages === undefined ? Infinity : messages - 1 - (Math.floor(round / verbs.length) % messages)
    const run = await runUntil(given, verb.line(name), at, round % 2 === 0)
    messagesByVerb.set(verb.action, messages ?? run.messages)
    const { isWrong, changed } = await compare(given, verb, name, before)
    found.wrong.push(...isWrong)
    if (!run.wasKilled) continue
    found.kills += 1
    found.changed += changed
    found.unchanged += perRound - changed
  }
  return found
}

async function seed({ database }: DatabaseAndHome, name: string, status: string): Promise<readonly Row[]> {
  return database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, queue_name, executor_id, created_at, updated_at, priority)
     select $1 || '-' || n, $2, $1, 'mails', '', n, n, 0 from generate_series(1, $3) n
     returning workflow_uuid, priority`,
    [name, status, perRound],
  )
}

async function runUntil(
  { database, home }: DatabaseAndHome,
  line: string,
  at: number,
  comesThrough: boolean,
) {
  let kill = (): void => {}
  let wasKilled = false
  const proxy = await startWireProxy(inject('serverUrl'), ({ index }) => {
    if (index !== at) return undefined
    wasKilled = true
    kill()
    return comesThrough ? undefined : { kind: 'stall' }
  })
  try {
    const drover = startDrover([...line.split(' '), '--db-url', proxy.urlOf(database.target.url)], { home })
    kill = () => drover.process.kill('SIGKILL')
    const { code, stderr } = await drover.ended
    if (!wasKilled && code !== 0) throw new Error(`${line}: ${code} ${stderr}`)
  } finally {
    proxy.close()
  }
  await waitUntil('its sessions are gone', async () => {
    const rows = await database.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'drover'`,
    )
    return rows.length === 0
  })
  return { wasKilled, messages: proxy.count() }
}

async function compare({ database }: DatabaseAndHome, verb: Verb, name: string, before: readonly Row[]) {
  const after = await database.query(
    `select w.workflow_uuid, w.status, w.priority, w.queue_name,
       exists(select from dbos.workflow_status c where c.forked_from = w.workflow_uuid) as has_copy
     from dbos.workflow_status w where w.name = $1 and w.forked_from is null`,
    [name],
  )
  const rowById = new Map(after.map((row) => [row.workflow_uuid, row]))
  const lines = await database.query(
    `select touched.id as workflow_id, count(*)::int as count
     from drover.actions, unnest(coalesce(workflow_ids, array[workflow_id])) touched(id)
     where action = $1 and touched.id like $2 || '-%' and outcome = 'done' group by 1`,
    [verb.action, name],
  )
  const countById = new Map(lines.map(({ workflow_id, count }) => [workflow_id, count]))
  const changed = before.filter((row) => verb.isChanged(row, rowById.get(row.workflow_uuid)))
  const isWrong = before
    .filter((row) => (countById.get(row.workflow_uuid) ?? 0) !== (changed.includes(row) ? 1 : 0))
    .map(({ workflow_uuid }) => String(workflow_uuid))
  await database.query('delete from dbos.workflow_status where name = $1', [name])
  return { isWrong, changed: changed.length }
}
