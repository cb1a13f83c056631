import { inject } from 'vitest'
import type { DatabaseAndHome } from './database-and-home.ts'
import { runDrover, startDrover } from './drover-process.ts'
import type { Change, KilledVerb } from './killed-verbs.ts'
import { waitUntil } from './wait-until.ts'
import { startWireProxy } from './wire-proxy.ts'

export interface KilledActions {
  /** Processes that were killed before they were done. */
  readonly kills: number
  /** What was changed without a line, or has a line and was not, or is not done once the same was typed again. */
  readonly wrong: readonly string[]
  /** How much was changed by processes that were killed, and how much of theirs was not. */
  readonly changed: number
  readonly unchanged: number
}

interface Plan {
  readonly verbs: readonly KilledVerb[]
  readonly kills: number
  /** Types it again after each kill, where the same command goes on. */
  readonly again?: boolean
}

/**
 * Kills processes with SIGKILL when they send one message after the other to Postgres, which by turns comes through and does
 * not, and compares what they changed with what is on record.
 */
export async function killActions(
  given: DatabaseAndHome,
  { verbs, kills, again = false }: Plan,
): Promise<KilledActions> {
  await given.database.query(
    `insert into dbos.queues (name, polling_interval_sec) values ('other', 1) on conflict do nothing`,
  )
  const messagesByVerb = new Map<string, number>()
  const found = { kills: 0, wrong: [] as string[], changed: 0, unchanged: 0 }
  for (let round = 0; found.kills < kills; round++) {
    const verb = verbs[round % verbs.length] as KilledVerb
    const name = `${verb.action.replaceAll(' ', '-')}-${round}`
    await verb.prepare(given, name)
    const messages = messagesByVerb.get(verb.action)
    const turn = Math.floor(round / verbs.length)
    // From the last message on, when all is done, over all that there are; the first turn counts them.
    const stride = Math.max(1, Math.floor((messages ?? 1) / Math.ceil(kills / verbs.length)))
    const at = messages === undefined ? Infinity : messages - 1 - (((turn - 1) * stride) % messages)
    const line = verb.line(name, given.home)
    const run = await runUntil(given, line, at, turn % 2 === 0)
    messagesByVerb.set(verb.action, messages ?? run.messages)
    const changes = await verb.look(given, name)
    found.wrong.push(...(await compare(given, verb, changes)))
    if (run.wasKilled) {
      found.kills += 1
      const changed = [...changes.values()].filter((change) => change !== 'none').length
      found.changed += changed
      found.unchanged += changes.size - changed
      if (again && verb.goesOn) found.wrong.push(...(await goOn(given, verb, name, line)))
    }
    await given.database.query('delete from dbos.workflow_status')
  }
  return found
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

/** What has not as many lines as it should. */
async function compare(
  { database }: DatabaseAndHome,
  { action, isIntended }: KilledVerb,
  changes: ReadonlyMap<string, Change>,
): Promise<readonly string[]> {
  const lines = await database.query(
    `select touched.id as subject, outcome, count(*)::int as count
     from drover.actions, unnest(coalesce(workflow_ids, array[coalesce(workflow_id, subject)])) touched(id)
     where action = $1 and touched.id = any($2) group by 1, 2`,
    [action, [...changes.keys()]],
  )
  const countOf = new Map(lines.map((line) => [`${line.subject} ${line.outcome}`, Number(line.count)]))
  const isRight = (subject: string, change: Change): boolean => {
    const done = countOf.get(`${subject} done`) ?? 0
    if (!isIntended) return done === (change === 'none' ? 0 : 1) && change !== 'some'
    const intended = countOf.get(`${subject} intended`) ?? 0
    return (change === 'none' || intended > 0) && (done === 0 || change === 'all')
  }
  return [...changes]
    .filter(([subject, change]) => !isRight(subject, change))
    .map(([subject, change]) => `${subject} (${change})`)
}

/** The same command by somebody who was not killed: then all is done, and on record once. */
async function goOn(
  given: DatabaseAndHome,
  verb: KilledVerb,
  name: string,
  line: string,
): Promise<readonly string[]> {
  const { database, home } = given
  const { code, stderr } = await runDrover([...line.split(' '), '--db-url', database.target.url], { home })
  const changes = await verb.look(given, name)
  const left = [...changes].filter(([, change]) => change !== 'all').map(([subject]) => `${subject} (left)`)
  // What was done before it was killed is told as a conflict, or as not there any more.
  const failed = [0, 4, 9].includes(code ?? -1) ? [] : [`${line}: ${code} ${stderr}`]
  return [...failed, ...left, ...(await compare(given, verb, changes))]
}
