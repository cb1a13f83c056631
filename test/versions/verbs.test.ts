import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { lendStore } from '../support/lend-store.ts'
import { runCli } from '../support/run-cli.ts'
import { isAtLeast } from './sdk-cache.ts'
import { startWorker, stopWorker } from './sdk-worker.ts'

/** Since when the tables hold what each verb needs. */
const since = { queues: [4, 20], owners: [4, 27], firing: [5, 2] } as const

describe.each(['4.10.15', '4.27.6', '5.3.0'])('on the tables of SDK %s', (sdkVersion) => {
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
      return
    }
    await expectDone(['queues', 'create', 'mails'])
    await expectDone(['requeue', 'queued', '--to-queue', 'mails'])
    await expectDone(['queues', 'pause', 'mails'])
    await expectDone(['queues', 'resume', 'mails'])
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
    const exported: string[] = []
    for await (const piece of store.exportWorkflows({ workflowIds: ['done'], payloads: true }))
      exported.push(piece)
    async function* chunks() {
      yield* exported
    }
    const { workflows, lost } = await store.importWorkflows({ chunks: chunks(), newIds: true })
    expect({ workflows, lost }).toMatchObject({
      workflows: [{ outcome: 'imported', after: 'SUCCESS' }],
      lost: [],
    })
    const copy = await store.get(workflows[0]?.newWorkflowId ?? '')
    expect(copy?.output).toEqual((await store.get('done'))?.output)
  })

  test('an application is renamed where rows tell their application', async () => {
    const rename = ['versions', 'rename-application', 'versions', 'renamed', '--yes']
    if (has('owners')) await expectDone(rename)
    else await expectUnsupported(rename, 'nothing says to which application it belongs')
  })
})
