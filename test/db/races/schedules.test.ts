import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Signature } from '../../../src/core/record/signature.ts'
import { openSlowOperator, type SlowOperator } from '../../support/race.ts'
import { openRealStore, type RealStore } from '../../support/real-store.ts'

let real: RealStore
let slow: SlowOperator
let client: DBOSClient
beforeAll(async () => {
  real = await openRealStore()
  await real.store.createRecord({ run: true })
  slow = await openSlowOperator(real.database)
  client = await DBOSClient.create({ systemDatabaseUrl: real.database.target.url })
  await real.database.query(
    `insert into dbos.application_versions (version_id, version_name, version_timestamp) values ('v', 'v1', 1)`,
  )
})
afterAll(async () => {
  await client?.destroy()
  await slow?.close()
  await real?.close()
})
beforeEach(async () => {
  await real.database.query('delete from dbos.workflow_schedules; delete from dbos.workflow_status')
  expect(await real.store.createSchedule('often', definition)).toBe('changed')
})

const definition = {
  ...{ workflow: 'cleanUp', className: null, application: null, cron: '*/10 * * * *', context: undefined },
  ...{ timezone: 'UTC', queue: null, automaticBackfill: false },
}
const range = { since: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-01-01T00:30:00Z') }
const runs = ['00', '10', '20'].map((minute) => `sched-often-2026-01-01T00:${minute}:00.000Z`)

const adaSigns: Signature = {
  actor: { name: 'ada', source: '--as' },
  comment: null,
  recording: 'required',
  onUnrecorded: () => {},
}
/** What ada's last action has on record, the newest first. */
const linesOfAda = async (limit: number) =>
  (await real.store.actions({ actor: 'ada', limit })).map(({ action, outcome }) => `${action} ${outcome}`)

const schedule = async () => (await real.store.schedules())[0]
const deleteIt = () => real.store.deleteSchedule('often')

test('a schedule that is deleted before it is changed is told as gone, and the record says that it failed', async () => {
  const result = await slow.race(
    /^UPDATE "dbos".workflow_schedules/,
    (store) => store.as(adaSigns).updateSchedule('often', { cron: '@daily' }),
    deleteIt,
  )
  expect(result).toBe('not-found')
  expect(await linesOfAda(2)).toEqual(['schedules update failed', 'schedules update intended'])
})

test('of two operators who create a schedule one does, and it is as that one said', async () => {
  await deleteIt()
  const result = await slow.race(
    /^INSERT INTO "dbos".workflow_schedules/,
    (store) => store.as(adaSigns).createSchedule('often', { ...definition, cron: '@daily' }),
    () => real.store.createSchedule('often', definition),
  )
  expect(result).toBe('no-op')
  expect(await schedule()).toMatchObject({ cron: '*/10 * * * *' })
  expect(await linesOfAda(2)).toEqual(['schedules create failed', 'schedules create intended'])
})

test('two operators who change other things of a schedule both have their way', async () => {
  const result = await slow.race(
    /^UPDATE "dbos".workflow_schedules/,
    (store) => store.updateSchedule('often', { cron: '@daily' }),
    () => real.store.updateSchedule('often', { timezone: 'Europe/Paris', queue: 'mails' }),
  )
  expect(result).toBe('changed')
  expect(await schedule()).toMatchObject({ cron: '@daily', timezone: 'Europe/Paris', queue: 'mails' })
})

test('a schedule that two operators delete is gone', async () => {
  expect(
    await slow.race(
      /^DELETE FROM "dbos".workflow_schedules/,
      (store) => store.deleteSchedule('often'),
      deleteIt,
    ),
  ).toBe('changed')
  expect(await schedule()).toBeUndefined()
})

const isSetting = /for update/

test('of two operators who pause a schedule one pauses it, and what a worker wrote meanwhile stays', async () => {
  const firedAt = '2026-01-01T00:00:00.000Z'
  const result = await slow.race(
    isSetting,
    (store) => store.setSchedule('often', 'PAUSED'),
    async () => {
      await real.store.setSchedule('often', 'PAUSED')
      await real.database.query('update dbos.workflow_schedules set last_fired_at = $1', [firedAt])
    },
  )
  expect(result).toBe('no-op')
  expect(await schedule()).toMatchObject({ status: 'PAUSED', lastFiredAt: new Date(firedAt) })
  const resumed = await slow.race(
    isSetting,
    (store) => store.setSchedule('often', 'ACTIVE'),
    () => client.applySchedules([toApplied('0 0 4 * * *')]),
  )
  expect(resumed).toBe('changed')
  expect(await schedule()).toMatchObject({ status: 'ACTIVE', cron: '0 0 4 * * *' })
  expect(await slow.race(isSetting, (store) => store.setSchedule('often', 'PAUSED'), deleteIt)).toBe(
    'not-found',
  )
})

/** As an application declares it when it launches. */
function toApplied(cron: string) {
  return { scheduleName: 'often', workflowName: 'cleanUp', schedule: cron }
}

const isReadByDbos = /SELECT[\s\S]*"dbos".workflow_schedules\s+WHERE schedule_name/

test('a schedule that is deleted before it is fired is told as gone', async () => {
  const fired = await slow.race(
    isReadByDbos,
    (store) => store.as(adaSigns).triggerSchedule('often'),
    deleteIt,
  )
  expect(fired).toBeUndefined()
  await real.store.createSchedule('often', definition)
  const started = await slow.race(
    isReadByDbos,
    (store) => store.as(adaSigns).backfillSchedule('often', range),
    deleteIt,
  )
  expect(started).toBeUndefined()
  expect(await linesOfAda(4)).toEqual([
    ...['schedules backfill failed', 'schedules backfill intended'],
    ...['schedules trigger failed', 'schedules trigger intended'],
  ])
})

test('what another operator backfills meanwhile, and a worker runs, is started once', async () => {
  const started = await slow.race(
    /INSERT INTO "dbos".workflow_status/,
    (store) => store.backfillSchedule('often', range),
    async () => {
      expect(await real.store.backfillSchedule('often', range)).toEqual(runs)
      await real.database.query(
        `update dbos.workflow_status set status = 'SUCCESS', executor_id = 'worker' where workflow_uuid = $1`,
        [runs[0]],
      )
    },
  )
  expect(started).toEqual(runs)
  const workflows = await real.store.list({ limit: 9, order: 'oldest' })
  expect(workflows.map(({ workflowId, status }) => `${workflowId} ${status}`).toSorted()).toEqual([
    `${runs[0]} SUCCESS`,
    `${runs[1]} ENQUEUED`,
    `${runs[2]} ENQUEUED`,
  ])
})

test('a backfill that is interrupted goes on where it stopped', async () => {
  const stopping = new AbortController()
  const long = { ...range, until: new Date('2026-01-01T12:00:00Z') }
  const started = await slow.race(
    /INSERT INTO "dbos".workflow_status/,
    (store) => store.backfillSchedule('often', long, stopping.signal),
    async () => stopping.abort(),
  )
  expect(started?.length).toBeGreaterThan(0)
  expect(started?.length).toBeLessThan(72)
  expect(await real.store.backfillSchedule('often', long)).toHaveLength(72)
  expect(await real.store.list({ limit: 99 })).toHaveLength(72)
})

test('an application that two operators rename is renamed once, with what a worker wrote meanwhile by the next run', async () => {
  await real.database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, application_name)
     select 'w-' || i, case i when 1 then 'ENQUEUED' else 'SUCCESS' end, 'w', 'old' from generate_series(1, 5) i;
     insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, application_name)
     select 'w-' || i, 0, 's', 'old' from generate_series(1, 5) i`,
  )
  const request = { from: 'old', to: 'new', adoptsUnclaimed: false }
  let others = 0
  const { workflows, steps } = await slow.race(
    /^UPDATE "dbos".workflow_status SET application_name/,
    (store) => store.renameApplication(request),
    async () => {
      const moved = await real.store.renameApplication(request)
      others = moved.workflows + moved.steps
      await real.database.query(
        `insert into dbos.workflow_status (workflow_uuid, status, name, application_name)
         values ('late', 'SUCCESS', 'w', 'old')`,
      )
    },
  )
  expect({ others, workflows, steps }).toEqual({ others: 10, workflows: 1, steps: 0 })
  expect(await real.store.applicationRows('new')).toMatchObject({ workflows: 6, steps: 5 })
  expect(await real.store.applicationRows('old')).toMatchObject({ workflows: 0, steps: 0 })
})
