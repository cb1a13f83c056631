import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportSchedule } from '../../../src/core/run/report-schedule.ts'
import { openTwoStores, type TwoStores } from '../../support/two-stores.ts'

let stores: TwoStores
let client: DBOSClient

beforeAll(async () => {
  stores = await openTwoStores([
    { workflowId: 'a', queue: 'mails', status: 'ENQUEUED', createdAt: new Date(2000) },
    { workflowId: 'b', queue: 'mails', status: 'ENQUEUED', createdAt: new Date(1000) },
    { workflowId: 'c', queue: 'mails', createdAt: new Date(3000) },
    { workflowId: 'd', queue: 'idle', status: 'SUCCESS' },
  ])
  client = await DBOSClient.create({ systemDatabaseUrl: stores.database.target.url })
})

afterAll(async () => {
  await client.destroy()
  await stores.close()
})

const settings = { concurrency: 3, workerConcurrency: null, rateLimit: null, pollMs: 500 }

test('the fake store and the real one agree on queues', async () => {
  const { ask } = stores
  for (const name of ['mails', 'idle']) {
    expect(await ask((store) => store.createQueue(name, 'shop', settings))).toBe('changed')
  }
  expect(await ask((store) => store.createQueue('mails', 'shop', settings))).toBe('no-op')
  const limits = { rateLimit: { max: 10, periodMs: 1500 }, workerConcurrency: 2 }
  expect(await ask((store) => store.setQueue('mails', limits))).toBe('changed')
  expect(await ask((store) => store.setQueue('mails', limits))).toBe('no-op')
  expect(await ask((store) => store.setQueue('none', limits))).toBe('not-found')
  expect(await ask((store) => store.queues())).toMatchObject([
    { name: 'idle', enqueued: 0, running: 0, oldestAt: null },
    { name: 'mails', enqueued: 2, running: 1, oldestAt: new Date(1000), concurrency: 3, ...limits },
  ])
  expect(await ask((store) => store.deleteQueue('mails'))).toBe('no-op')
  expect(await ask((store) => store.deleteQueue('idle'))).toBe('changed')
  expect(await ask((store) => store.deleteQueue('idle'))).toBe('not-found')
  expect(await ask((store) => store.hasQueue('idle'))).toBe(false)
})

test('DBOS itself reads the queue as it was set', async () => {
  const queue = await client.retrieveQueue('mails')
  expect(await queue?.getConcurrency()).toBe(3)
  expect(await queue?.getRateLimit()).toEqual({ limitPerPeriod: 10, periodSec: 1.5 })
})

test('DBOS itself has the limits of partitions as they were set', async () => {
  const { ask, database } = stores
  const limits = {
    partitionConcurrency: 3,
    partitionWorkerConcurrency: 2,
    partitionRateLimit: { max: 5, periodMs: 1500 },
  }
  const stored = () => database.query(`select partition_queue from dbos.queues where name = 'tenants'`)
  expect(await ask((store) => store.createQueue('tenants', null, limits))).toBe('changed')
  expect(await stored()).toEqual([{ partition_queue: true }])
  const queue = await client.retrieveQueue('tenants')
  expect(await queue?.getPartitionConcurrency()).toBe(3)
  expect(await queue?.getPartitionWorkerConcurrency()).toBe(2)
  expect(await queue?.getPartitionRateLimit()).toEqual({ limitPerPeriod: 5, periodSec: 1.5 })
  expect((await ask((store) => store.queues())).find(({ name }) => name === 'tenants')).toMatchObject({
    isPartitioned: true,
    ...limits,
  })
  const clear = { partitionConcurrency: null, partitionRateLimit: null }
  expect(await ask((store) => store.setQueue('tenants', clear))).toBe('changed')
  expect(await stored()).toEqual([{ partition_queue: true }])
  const last = { partitionWorkerConcurrency: null }
  expect(await ask((store) => store.setQueue('tenants', last))).toBe('changed')
  expect(await ask((store) => store.setQueue('tenants', last))).toBe('no-op')
  expect(await stored()).toEqual([{ partition_queue: false }])
  expect((await ask((store) => store.queues())).find(({ name }) => name === 'tenants')).toMatchObject({
    isPartitioned: false,
  })
})

test('schedules come with the times that executors compute', async () => {
  await client.createSchedule({
    scheduleName: 'nightly',
    workflowName: 'cleanUp',
    schedule: '0 30 2 * * *',
    options: { cronTimezone: 'Europe/Paris' },
  })
  const { real } = stores
  const [schedule] = await real.schedules()
  expect(schedule).toMatchObject({
    name: 'nightly',
    workflow: 'cleanUp',
    status: 'ACTIVE',
    lastFiredAt: null,
  })
  expect(schedule?.nextAt).toHaveLength(3)
  for (const at of schedule?.nextAt ?? []) {
    expect(at.toLocaleTimeString('de', { timeZone: 'Europe/Paris' })).toBe('02:30:00')
    expect(at.getTime()).toBeGreaterThan(Date.now())
  }
  expect(await real.setSchedule('nightly', 'PAUSED')).toBe('changed')
  expect(await real.setSchedule('nightly', 'PAUSED')).toBe('no-op')
  expect(await real.setSchedule('nothing', 'PAUSED')).toBe('not-found')
  expect(await real.schedules()).toMatchObject([{ status: 'PAUSED', nextAt: [] }])
  expect((await client.getSchedule('nightly'))?.status).toBe('PAUSED')
  await expect(real.triggerSchedule('nightly')).rejects.toThrow('No version of its application')
  await stores.database.query(
    `insert into dbos.application_versions (version_id, version_name, version_timestamp) values ('0', 'v0', 1)`,
  )
  const workflowId = await real.triggerSchedule('nightly')
  expect(await real.get(workflowId ?? '')).toMatchObject({ name: 'cleanUp', status: 'ENQUEUED' })
  expect(await real.triggerSchedule('nothing')).toBeUndefined()
})

test('what a pause missed that has ended is known from the record, and what became of the runs from their ids', async () => {
  const { real, database } = stores
  await real.createRecord({ run: true })
  await client.createSchedule({
    ...{ scheduleName: 'reported', workflowName: 'cleanUp', schedule: '0 * * * *' },
    ...{ context: { depth: 2 }, options: { cronTimezone: 'UTC' } },
  })
  const now = Date.now()
  const hour = (ago: number) => new Date(Math.floor(now / 3_600_000 - ago) * 3_600_000)
  const idOf = (ago: number) => `sched-reported-${hour(ago).toISOString()}`
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name) values ($1, 'SUCCESS', 'w'), ($2, 'ERROR', 'w')`,
    [idOf(9), idOf(5)],
  )
  await database.query(
    `insert into drover.actions (at, system_schema, action, subject, outcome, actor, actor_source)
     select at, 'dbos', action, 'reported', 'done', 'ada', '--as'
     from unnest($1::timestamptz[], array['schedules pause', 'schedules resume']) l(at, action)`,
    [[new Date(hour(10).getTime() + 1), hour(6)]],
  )
  const report = await reportSchedule(real, 'reported')
  expect(report).toMatchObject({
    ...{ className: null, context: { depth: 2 }, automaticBackfill: false, missed: null },
    runs: [
      { workflowId: idOf(5), status: 'ERROR', at: hour(5) },
      { workflowId: idOf(9), status: 'SUCCESS', at: hour(9) },
    ],
    pauses: [{ missed: { count: 2, isMore: false, since: hour(8) } }],
  })
  expect(report?.nextAt).toHaveLength(5)
  expect(await reportSchedule(real, 'nothing')).toBeUndefined()
  await client.deleteSchedule('reported')
})

test('the fake store and the real one agree on schedules that are made, changed and deleted', async () => {
  const { ask, real } = stores
  const hourly = {
    ...{
      workflow: 'cleanUp',
      className: null,
      application: 'shop',
      cron: '0 0 * * * *',
      context: { depth: 2 },
    },
    ...{ timezone: 'UTC', queue: null, automaticBackfill: true },
  }
  expect(await ask((store) => store.createSchedule('hourly', hourly))).toBe('changed')
  expect(await ask((store) => store.createSchedule('hourly', hourly))).toBe('no-op')
  expect(await client.getSchedule('hourly')).toMatchObject({
    ...{ workflowName: 'cleanUp', schedule: '0 0 * * * *', cronTimezone: 'UTC', queueName: null },
    ...{ context: { depth: 2 }, automaticBackfill: true, applicationName: 'shop', status: 'ACTIVE' },
  })
  const changes = { timezone: null, queue: 'mails', automaticBackfill: false }
  expect(await ask((store) => store.updateSchedule('hourly', changes))).toBe('changed')
  expect(await ask((store) => store.updateSchedule('nothing', changes))).toBe('not-found')
  expect(await client.getSchedule('hourly')).toMatchObject({
    ...{ schedule: '0 0 * * * *', cronTimezone: null, queueName: 'mails' },
    ...{ context: { depth: 2 }, automaticBackfill: false },
  })
  await real.updateSchedule('hourly', { context: undefined })
  expect((await client.getSchedule('hourly'))?.context).toBeUndefined()
  await expect(real.updateSchedule('hourly', { cron: '0 61 * * *' })).rejects.toThrow(
    '61 is an invalid expression for hour',
  )
  await expect(real.updateSchedule('hourly', { timezone: 'Mars/Olympus' })).rejects.toThrow(
    'There is no time zone',
  )
  expect(await ask((store) => store.deleteSchedule('hourly'))).toBe('changed')
  expect(await ask((store) => store.deleteSchedule('hourly'))).toBe('not-found')
  expect(await client.getSchedule('hourly')).toBeNull()
})

test('a backfill starts what is missing, from its beginning on and before its end', async () => {
  const { ask, database, real } = stores
  await database.query(
    `insert into dbos.application_versions (version_id, version_name, version_timestamp)
     values ('b', 'vb', 1) on conflict do nothing`,
  )
  const every = { ...{ workflow: 'cleanUp', className: null, application: null, cron: '*/10 * * * *' } }
  const more = { context: 7, timezone: 'UTC', queue: null, automaticBackfill: false }
  await ask((store) => store.createSchedule('often', { ...every, ...more }))
  const range = { since: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-01-01T00:30:00Z') }
  const ids = ['00', '10', '20'].map((minute) => `sched-often-2026-01-01T00:${minute}:00.000Z`)
  expect(
    await ask((store) => store.scheduleTimes({ cron: every.cron, timezone: 'UTC' }, { ...range, limit: 9 })),
  ).toEqual(ids.map((id) => new Date(id.replace('sched-often-', ''))))
  await real.backfillSchedule('often', { ...range, since: new Date('2026-01-01T00:20:00Z') })
  await database.query(`update dbos.workflow_status set status = 'SUCCESS' where workflow_uuid = $1`, [
    ids[2],
  ])
  expect(await ask((store) => store.backfillSchedule('often', range))).toEqual(ids)
  expect(await ask((store) => store.backfillSchedule('nothing', range))).toBeUndefined()
  const statuses = await Promise.all(ids.map(async (id) => (await real.get(id))?.status))
  expect(statuses).toEqual(['ENQUEUED', 'ENQUEUED', 'SUCCESS'])
  const stopped = await real.backfillSchedule('often', range, AbortSignal.abort())
  expect(stopped).toEqual([])
  await database.query(`delete from dbos.application_versions where version_name = 'vb'`)
})

test('the latest version is the one that was promoted last, for DBOS as well', async () => {
  const { real, database } = stores
  await database.query(
    `insert into dbos.application_versions (version_id, version_name, version_timestamp, application_name)
     values ('1', 'v1', 1000, 'shop'), ('2', 'v2', 2000, 'shop'), ('3', 'other', 3000, 'mail')`,
  )
  const latest = async () =>
    (await real.versions()).filter(({ isLatest }) => isLatest).map(({ version }) => version)
  expect((await latest()).toSorted()).toEqual(['other', 'v0', 'v2'])
  expect(await real.promoteVersion('v1')).toBe('changed')
  expect((await latest()).toSorted()).toEqual(['other', 'v0', 'v1'])
  expect(await real.promoteVersion('v1')).toBe('no-op')
  expect(await real.promoteVersion('v9')).toBe('not-found')
  const asShop = await DBOSClient.create({
    systemDatabaseUrl: database.target.url,
    applicationName: 'shop',
  })
  expect((await asShop.getLatestApplicationVersion()).versionName).toBe('v1')
  await asShop.destroy()
})

test('an application is renamed with all that belongs to it, and takes along what belongs to none', async () => {
  const { real, database } = stores
  await database.query(
    `insert into dbos.application_versions (version_id, version_name, version_timestamp, application_name)
     values ('r1', 'r1', 1, 'old')`,
  )
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, application_name)
     select 'renamed-' || i, case i when 1 then 'ENQUEUED' else 'SUCCESS' end, 'w', 'old' from generate_series(1, 3) i`,
  )
  await database.query(
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, application_name)
     values ('renamed-2', 0, 's', 'old')`,
  )
  const rows = { queues: 0, schedules: 0, versions: 1, workflows: 3, steps: 1 }
  expect(await real.applicationRows('old')).toEqual(rows)
  const unclaimed = await real.applicationRows(null)
  expect(await real.renameApplication({ from: 'old', to: 'new', adoptsUnclaimed: false })).toEqual(rows)
  expect(await real.applicationRows('old')).toMatchObject({ versions: 0, workflows: 0, steps: 0 })
  expect(await real.applicationRows('new')).toEqual(rows)
  const moved = await real.renameApplication({ from: 'new', to: 'newer', adoptsUnclaimed: true })
  expect(moved).toEqual({
    ...{ queues: unclaimed.queues, schedules: unclaimed.schedules, versions: 1 + unclaimed.versions },
    ...{ workflows: 3 + unclaimed.workflows, steps: 1 + unclaimed.steps },
  })
})
