import { readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'
import type { ManageVerb } from '../../src/core/manage/manage.ts'
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
] as const satisfies readonly InterruptedVerb[]

type InterruptedVerb = readonly [ManageVerb, WorkflowStatus, WorkflowStatus | undefined]

/** Those that leave the status as it is. */
export const interruptedMoves = [
  ['reprioritize', 'ENQUEUED', 'ENQUEUED'],
  ['reschedule', 'DELAYED', 'DELAYED'],
  ['requeue', 'ENQUEUED', 'ENQUEUED'],
] as const satisfies readonly InterruptedVerb[]

const argumentsByVerb: Readonly<Partial<Record<ManageVerb, readonly string[]>>> = {
  ...{ fork: ['--from', '0'], rewind: ['--from', '0'] },
  ...{ reprioritize: ['7'], reschedule: ['--at', '2090-01-01T00:00:00Z'], requeue: ['--to-queue', 'other'] },
}

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

export interface InterruptedBulk {
  /** How often the database saw each workflow change. */
  readonly changes: ReadonlyMap<string, number>
  /** How many workflows are left with which status, copies not counted. */
  readonly left: Readonly<Record<string, number>>
}

/**
 * Changes `count` workflows, kills the process with SIGKILL while the database holds it half-way, types the same command
 * again, and returns what became of them. Every row of both runs together says that it was changed.
 */
export async function interruptBulk(options: Interruption): Promise<InterruptedBulk> {
  const { database, home, verb, status, count, perSecond } = options
  const name = `${verb}-me`
  await watchChanges(database)
  await seedMany(database, { name, status, count })
  const gate = await closeGate(database, Math.ceil(count / 2))
  const ledger = path.join(home, `${verb}.ledger`)
  const args = [
    verb,
    '--name',
    name,
    ...(argumentsByVerb[verb] ?? []),
    '--yes',
    '-o',
    'jsonl',
    '--ledger',
    ledger,
  ]
  const command = [...args, '--rate', `${perSecond}/s`, '--db-url', database.target.url]

  const first = startDrover(command, { home })
  const backend = await waitUntil(
    'it is held half-way',
    () => readHeldBackend(database),
    60_000 + (count / perSecond) * 1000,
  )
  first.process.kill('SIGKILL')
  const seen = await readPace(database, name)
  // The first of ten batches a second comes at once.
  expect((seen.count - perSecond / 10) / seen.seconds).toBeLessThanOrEqual(perSecond * 1.01)
  await first.ended
  await database.query('select pg_terminate_backend($1, 60000)', [backend])
  await gate.end()
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
  return { changes: await readChanges(database, name), left: await readLeft(database, name) }
}

/** What changes status, goes away, or is copied from another is written down by the database itself. */
async function watchChanges(database: TestDatabase): Promise<void> {
  await database.query(`
    create table if not exists public.seen_change
      (name text, workflow_id text, at timestamptz default clock_timestamp());
    create sequence if not exists public.change_number;
    create or replace function public.see_change() returns trigger language plpgsql as $$ begin
      if tg_op = 'INSERT' then
        if new.forked_from is not null then
          insert into public.seen_change (name, workflow_id) values (new.name, new.forked_from);
        end if;
      else
        insert into public.seen_change (name, workflow_id) values (old.name, old.workflow_uuid);
      end if;
      if nextval('public.change_number') = 0 then perform pg_advisory_xact_lock(0); end if;
      return null;
    end $$;
    create or replace trigger see_update after update on dbos.workflow_status for each row
      when ((old.status, old.priority, old.delay_until_epoch_ms) is distinct from (new.status, new.priority, new.delay_until_epoch_ms)
        or new.queue_name = 'other') execute function public.see_change();
    create or replace trigger see_others after insert or delete on dbos.workflow_status for each row
      execute function public.see_change()`)
}

/** Whoever makes the change of this number waits for as long as the connection is open that is returned. */
async function closeGate(database: TestDatabase, number: number): Promise<pg.Client> {
  await database.query(`alter sequence public.change_number minvalue -100000 restart ${-number}`)
  const gate = new pg.Client({ connectionString: database.target.url, application_name: 'gate' })
  await gate.connect()
  await gate.query('select pg_advisory_lock(0)')
  return gate
}

async function readHeldBackend(database: TestDatabase): Promise<number | undefined> {
  const [row] = await database.query(
    `select pid from pg_stat_activity where datname = current_database() and application_name = 'drover'
       and wait_event_type = 'Lock' and wait_event = 'advisory'`,
  )
  return row && Number(row.pid)
}

async function readChanges(database: TestDatabase, name: string): Promise<Map<string, number>> {
  const rows = await database.query(
    `select workflow_id, count(*)::int as count from public.seen_change where name = $1 group by 1`,
    [name],
  )
  return new Map(rows.map(({ workflow_id, count }) => [String(workflow_id), Number(count)]))
}

/** How many changes were seen, and in what time: it begins when the process connects, which is before the pace does. */
async function readPace(
  database: TestDatabase,
  name: string,
): Promise<{ readonly count: number; readonly seconds: number }> {
  const [row] = await database.query(
    `select count(*)::int as count, extract(epoch from max(at) -
       (select min(backend_start) from pg_stat_activity
        where datname = current_database() and application_name = 'drover'))::float as seconds
     from public.seen_change where name = $1`,
    [name],
  )
  return { count: Number(row?.count), seconds: Number(row?.seconds ?? Number.NaN) }
}

async function readLeft(database: TestDatabase, name: string): Promise<Record<string, number>> {
  const rows = await database.query(
    `select status, count(*)::int as count from dbos.workflow_status
     where name = $1 and forked_from is null group by 1`,
    [name],
  )
  return Object.fromEntries(rows.map(({ status, count }) => [String(status), Number(count)]))
}

async function seedMany(
  database: TestDatabase,
  { name, status, count }: { readonly name: string; readonly status: WorkflowStatus; readonly count: number },
): Promise<void> {
  await database.query(
    `insert into dbos.queues (name, polling_interval_sec) values ('other', 1) on conflict do nothing`,
  )
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, queue_name, executor_id, created_at, updated_at)
     select $1 || '-' || lpad(n::text, 6, '0'), $2, $1, 'nobody-polls-this', '', n, n
     from generate_series(1, $3) n`,
    [name, status, count],
  )
}
