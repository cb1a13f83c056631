import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openStore } from '../../src/db/open-store.ts'
import type { DatabaseAndHome } from './database-and-home.ts'
import { readExport } from './read-export.ts'

/** What became of a workflow, a queue, a schedule or an application: all that was to be done to it, some, or nothing. */
export type Change = 'none' | 'some' | 'all'

/** Something that can be done to what has this name, and what of it can be seen. */
export interface KilledVerb {
  readonly action: string
  /** How it is typed. */
  line(name: string, home: string): string
  prepare(given: DatabaseAndHome, name: string): Promise<unknown>
  /** By what its lines on record name: the id of a workflow, or what else was changed. */
  look(given: DatabaseAndHome, name: string): Promise<ReadonlyMap<string, Change>>
  /** DBOS's client does it: there is a line before, and one after it. */
  readonly isIntended?: true
  /** Typed again it does what is left to do. */
  readonly goesOn: boolean
}

/** More than a batch of the command holds. */
const perRound = 120

const all = (name: string) => `--name ${name} --yes`

/** Of many workflows with this status; `changed` is SQL about the row \`w\` of one, null where it is gone. */
function ofWorkflows(
  action: string,
  status: string,
  line: (name: string) => string,
  changed: string,
  goesOn = true,
): KilledVerb {
  return {
    action,
    goesOn,
    line,
    prepare: ({ database }, name) =>
      database.query(
        `insert into dbos.workflow_status
           (workflow_uuid, status, name, queue_name, executor_id, created_at, updated_at, priority, delay_until_epoch_ms)
         select $1 || '-' || n, $2, $1, 'mails', '', n, n, 0, case when $2 = 'DELAYED' then 4e12::bigint end
         from generate_series(1, $3) n`,
        [name, status, perRound],
      ),
    look: async ({ database }, name) => {
      const rows = await database.query(
        `select $1 || '-' || n as subject, coalesce(${changed}, false) as changed
         from generate_series(1, $2) n left join dbos.workflow_status w on w.workflow_uuid = $1 || '-' || n`,
        [name, perRound],
      )
      return new Map(rows.map((row) => [String(row.subject), row.changed === true ? 'all' : 'none']))
    },
  }
}

const isGone = 'w.workflow_uuid is null'

/** One statement of Postgres's that prepares it, and one value that tells what became of it. */
function ofOne(
  action: string,
  line: (name: string) => string,
  prepare: string,
  changed: string,
  more: Pick<KilledVerb, 'isIntended'> = {},
): KilledVerb {
  return {
    action,
    ...{ line, goesOn: action !== 'schedules trigger', ...more },
    prepare: async ({ database }, name) => {
      for (const one of prepare.split(';').filter((text) => text.trim() !== ''))
        await database.query(one, one.includes('$1') ? [name] : [])
    },
    look: async ({ database }, name) => {
      const [row] = await database.query(`select ${changed} as changed`, [name])
      const told = row?.changed
      return new Map([[name, told === true ? 'all' : told === false ? 'none' : (told as Change)]])
    },
  }
}

const queue = (limits = 'null') =>
  `insert into dbos.queues (name, polling_interval_sec, worker_concurrency) values ($1, 1, ${limits})`
const inQueues = (condition: string) => `exists(select from dbos.queues q where q.name = $1 and ${condition})`
const schedule = (status = 'ACTIVE') =>
  `insert into dbos.workflow_schedules (schedule_id, schedule_name, workflow_name, workflow_class_name, schedule, context, status, cron_timezone)
     values ($1, $1, 'w', '', '@hourly', '{"json":null,"__dbos_serializer":"superjson"}', '${status}', 'UTC');
   insert into dbos.application_versions (version_id, version_name, version_timestamp) values ('v', 'v', 1)
     on conflict do nothing`
const inSchedules = (condition: string) =>
  `exists(select from dbos.workflow_schedules s where s.schedule_name = $1 and ${condition})`
const byClient = { isIntended: true } as const

/** `none`, `some` or `all` of so many. */
const share = (count: string, of: number) =>
  `(select case count(*) when 0 then 'none' when ${of} then 'all' else 'some' end ${count})`

const imports: KilledVerb = {
  action: 'import',
  goesOn: true,
  line: (name, home) => `import ${path.join(home, name)} --yes`,
  prepare: async ({ database, home }, name) => {
    await database.query(
      `insert into dbos.workflow_status (workflow_uuid, status, name, created_at, updated_at)
       select $1 || '-' || n, 'SUCCESS', $1, n, n from generate_series(1, $2) n`,
      [name, perRound],
    )
    const store = await openStore(database.target)
    try {
      const workflowIds = Array.from({ length: perRound }, (_, index) => `${name}-${index + 1}`)
      await writeFile(path.join(home, name), await readExport(store, workflowIds))
    } finally {
      await store.close()
    }
    await database.query('delete from dbos.workflow_status where name = $1', [name])
  },
  look: async ({ database }, name) => {
    const rows = await database.query(
      `select $1 || '-' || n as subject, w.workflow_uuid is not null as changed
       from generate_series(1, $2) n left join dbos.workflow_status w on w.workflow_uuid = $1 || '-' || n`,
      [name, perRound],
    )
    return new Map(rows.map((row) => [String(row.subject), row.changed === true ? 'all' : 'none']))
  },
}

/** What the short test kills: the ways in which a line gets to its change. */
export const bulkVerbs: readonly KilledVerb[] = [
  ofWorkflows('cancel', 'ENQUEUED', (name) => `cancel ${all(name)}`, `w.status = 'CANCELLED'`),
  ofWorkflows('resume', 'CANCELLED', (name) => `resume ${all(name)}`, `w.status = 'ENQUEUED'`),
  ofWorkflows('rewind', 'ERROR', (name) => `rewind ${all(name)} --from 0`, `w.status = 'ENQUEUED'`, false),
  ofWorkflows(
    'fork',
    'ERROR',
    (name) => `fork ${all(name)} --from 0`,
    'exists(select from dbos.workflow_status c where c.forked_from = w.workflow_uuid)',
    false,
  ),
  ofWorkflows('delete', 'SUCCESS', (name) => `delete ${all(name)}`, isGone),
  ofWorkflows('retain', 'SUCCESS', () => 'retain --keep 0 --older-than 1ms --yes', isGone),
  ofWorkflows('reprioritize', 'ENQUEUED', (name) => `reprioritize ${all(name)} 7`, 'w.priority = 7', false),
  ofWorkflows(
    'requeue',
    'ENQUEUED',
    (name) => `requeue ${all(name)} --to-queue other`,
    `w.queue_name = 'other'`,
    false,
  ),
]

export const killedVerbs: readonly KilledVerb[] = [
  ...bulkVerbs,
  ofWorkflows(
    'reschedule',
    'DELAYED',
    (name) => `reschedule ${all(name)} --at 2090-01-01T00:00:00Z`,
    'w.delay_until_epoch_ms < 4e12',
    false,
  ),
  imports,
  ofOne('queues create', (name) => `queues create ${name} --concurrency 3`, '', inQueues('true')),
  ofOne(
    'queues set',
    (name) => `queues set ${name} --partition-concurrency 3`,
    queue(),
    inQueues('q.partition_concurrency = 3 and q.partition_queue'),
  ),
  ofOne('queues pause', (name) => `queues pause ${name}`, queue('3'), inQueues('q.worker_concurrency = 0')),
  ofOne(
    'queues resume',
    (name) => `queues resume ${name} --worker-concurrency 4`,
    queue('0'),
    inQueues('q.worker_concurrency = 4'),
  ),
  ofOne('queues delete', (name) => `queues delete ${name} --yes`, queue(), `not ${inQueues('true')}`),
  ofOne(
    'schedules pause',
    (name) => `schedules pause ${name}`,
    schedule(),
    inSchedules(`s.status = 'PAUSED'`),
  ),
  ofOne(
    'schedules resume',
    (name) => `schedules resume ${name}`,
    schedule('PAUSED'),
    inSchedules(`s.status = 'ACTIVE'`),
  ),
  ofOne(
    'schedules create',
    (name) => `schedules create ${name} --workflow w --cron @daily`,
    '',
    inSchedules('true'),
    byClient,
  ),
  ofOne(
    'schedules update',
    (name) => `schedules update ${name} --cron @daily`,
    schedule(),
    inSchedules(`s.schedule = '@daily'`),
    byClient,
  ),
  ofOne(
    'schedules delete',
    (name) => `schedules delete ${name} --yes`,
    schedule(),
    `not ${inSchedules('true')}`,
    byClient,
  ),
  ofOne(
    'schedules trigger',
    (name) => `schedules trigger ${name}`,
    schedule(),
    `exists(select from dbos.workflow_status w where w.workflow_uuid like 'sched-' || $1 || '-trigger-%')`,
    byClient,
  ),
  ofOne(
    'schedules backfill',
    (name) => `schedules backfill ${name} --since 2026-01-01T00:00:00Z --until 2026-01-02T00:00:00Z --yes`,
    schedule(),
    share(`from dbos.workflow_status w where w.workflow_uuid like 'sched-' || $1 || '-%'`, 24),
    byClient,
  ),
  ofOne(
    'versions rename-application',
    (name) => `versions rename-application ${name} new-${name} --yes`,
    `insert into dbos.workflow_status (workflow_uuid, status, name, application_name)
       select $1 || '-' || n, case when n % 2 = 0 then 'SUCCESS' else 'ENQUEUED' end, $1, $1 from generate_series(1, 40) n`,
    share(`from dbos.workflow_status w where w.application_name = 'new-' || $1`, 40),
    byClient,
  ),
]
