import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { runDrover } from '../support/drover-process.ts'
import { lendStore } from '../support/lend-store.ts'
import { readExport } from '../support/read-export.ts'
import { runCli } from '../support/run-cli.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { installBeside, isAtLeast } from './sdk-cache.ts'
import { startWorker, stopWorker } from './sdk-worker.ts'

/** Since when the tables hold what each verb needs. */
const since = { delays: [4, 15], queues: [4, 20], owners: [4, 27], launches: [5, 0], firing: [5, 2] } as const

const versions = [
  ...['4.10.15', '4.15.5', '4.20.11', '4.24.16', '4.27.6'],
  ...['5.0.2', '5.1.10', '5.2.11', '5.3.0'],
]

describe.each(versions)('on the tables of SDK %s', (sdkVersion) => {
  const has = (what: keyof typeof since) => isAtLeast(sdkVersion, since[what])
  let database: TestDatabase
  let store: Store

  beforeAll(async () => {
    database = await createTestDatabase({ own: false, empty: true })
    await stopWorker(await startWorker(sdkVersion, database))
    store = await openStore(database.target)
  })

  afterAll(async () => {
    await store?.close()
    await database?.drop()
  })

  const drover = (...words: readonly string[]) => runCli(words, { store: lendStore(store), now: new Date() })
  /** Exit 69, which names what the tables cannot hold. */
  const expectUnsupported = async (words: readonly string[], reason: string) => {
    const { code, stderr } = await drover(...words)
    expect({ words, code, stderr }).toMatchObject({ code: 69, stderr: expect.stringContaining(reason) })
  }
  const expectDone = async (words: readonly string[]) => {
    const { code, stderr } = await drover(...words)
    expect({ words, code, stderr }).toMatchObject({ code: 0 })
  }

  test('what waits is moved, and a queue paused where it is registered', async () => {
    const owner = ['--application', 'versions', '--app-version', 'v1']
    await expectDone(['start', 'asking', '{"price":5}', '3', '--id', 'queued', ...owner])
    await expectDone(['reprioritize', 'queued', '3'])
    expect((await drover('reschedule', 'queued', '--now')).code).toBe(9)
    if (!has('queues')) {
      await expectUnsupported(['queues', 'create', 'mails'], 'too old for registered queues')
      expect((await drover('requeue', 'queued', '--to-queue', 'mails')).code).toBe(2)
      await expectUnsupported(['queues', 'pause', 'mails'], 'DBOS tables')
      await expectDone(['cancel', 'queued', '--yes'])
      await expectDone(['delete', 'queued', '--yes'])
      return
    }
    await expectDone(['queues', 'create', 'mails'])
    await expectDone(['requeue', 'queued', '--to-queue', 'mails'])
    await expectDone(['queues', 'pause', 'mails'])
    expect((await drover('queues', 'drain', 'mails')).code).toBe(9)
    await expectDone(['queues', 'drain', 'mails', '--running'])
    await expectDone(['queues', 'resume', 'mails'])
    await expectDone(['queues', 'set', 'mails', '--concurrency', '3'])
    const partitions = ['queues', 'set', 'mails', '--partition-concurrency', '2']
    if (has('owners')) await expectDone(partitions)
    else await expectUnsupported(partitions, 'too old for limits of partitions')
    await expectDone(['cancel', 'queued', '--yes'])
    await expectDone(['queues', 'drain', 'mails'])
    await expectDone(['delete', 'queued', '--yes'])
    await expectDone(['queues', 'delete', 'mails', '--yes'])
  })

  test('what is delayed is rescheduled where the tables tell until when', async () => {
    if (!has('delays')) {
      expect((await drover('reschedule', 'done', '--now')).code).toBe(9)
      return
    }
    await database.query(
      `insert into dbos.workflow_status (workflow_uuid, status, name, queue_name, delay_until_epoch_ms, created_at, updated_at)
       values ('later', 'DELAYED', 'asking', 'mails', 4e12, 1, 1)`,
    )
    await expectDone(['reschedule', 'later', '--now'])
    const [row] = await database.query(
      `select delay_until_epoch_ms as until from dbos.workflow_status where workflow_uuid = 'later'`,
    )
    expect(Number(row?.until)).toBeLessThan(4e12)
    await database.query(`delete from dbos.workflow_status where workflow_uuid = 'later'`)
  })

  test('schedules are made, backfilled and deleted, or refused by name', async () => {
    await expectDone(['schedules'])
    const create = ['schedules', 'create', 'daily', '--workflow', 'asking', '--cron', '@daily']
    if (!has('owners')) return expectUnsupported(create, 'a schedule cannot be created')
    await expectDone(create)
    await expectDone(['schedules', 'update', 'daily', '--cron', '@hourly'])
    await expectDone(['schedules', 'next', 'daily'])
    await expectDone(['schedules', 'pause', 'daily'])
    await expectDone(['schedules', 'resume', 'daily'])
    for (const fire of [
      ['schedules', 'trigger', 'daily'],
      ['schedules', 'backfill', 'daily', '--since', '3h', '--yes'],
    ]) {
      if (has('firing')) await expectDone(fire)
      else await expectUnsupported(fire, 'a schedule cannot be started ahead of its time')
    }
    await expectDone(['schedules', 'delete', 'daily', '--yes'])
  })

  test('what ended is told in figures, exported and imported', async () => {
    const { stdout } = await drover('stats', '--since', '1d', '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject({ ended: 1, failed: 0, names: [{ name: 'asking', ended: 1 }] })
    const exported = await readExport(store, ['done'])
    async function* chunks() {
      yield exported
    }
    const { workflows, lost } = await store.importWorkflows({ chunks: chunks(), newIds: true })
    const [imported] = workflows
    expect({ workflows: [...workflows], lost }).toMatchObject({
      workflows: [{ outcome: 'imported', after: 'SUCCESS' }],
      lost: [],
    })
    const copy = await store.get(imported?.newWorkflowId ?? '')
    expect(copy?.output).toEqual((await store.get('done'))?.output)
  })

  test('a copy runs in this process, with the SDK of the application', async () => {
    const app = await installBeside(sdkVersion, 'versions-app.mjs')
    const home = await createHome()
    const args = ['fork', 'done', '--from', '0', '--id', 'here', '--app', app, '--join']
    const { code, stdout, stderr } = await runDrover([...args, '--db-url', database.target.url], { home })
    await removeHome(home)
    if (!has('launches')) {
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('drover runs 5.0 and later'),
      })
      return
    }
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(JSON.parse(stdout)).toEqual({ forked: 6 })
    expect(await store.lineage('here')).toMatchObject({ forkedFrom: 'done' })
    await expectDone(['delete', 'here', '--yes'])
  })

  test('an application is renamed where rows tell their application', async () => {
    const rename = ['versions', 'rename-application', 'versions', 'renamed', '--yes']
    if (has('owners')) await expectDone(rename)
    else await expectUnsupported(rename, 'nothing says to which application it belongs')
  })

  test('what was done is on record, and what ended long ago is let go', async () => {
    await expectDone(['audit', 'init'])
    await expectDone(['cancel', 'waiting', '--yes', '--as', 'ada'])
    const { stdout } = await drover('audit', 'waiting', '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject([{ action: 'cancel', by: 'ada', outcome: 'done' }])
    await expectDone(['audit', 'verify'])
    await expectDone(['retain', '--keep', '0', '--older-than', '1ms', '--yes'])
    const left = await database.query('select distinct status from dbos.workflow_status')
    expect(left).toEqual(has('firing') ? [{ status: 'ENQUEUED' }] : [])
    expect(JSON.parse((await drover('audit', '-o', 'json')).stdout)).toMatchObject([
      { action: 'retain' },
      { action: 'cancel' },
    ])
  })
})
