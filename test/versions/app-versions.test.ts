import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { type Host, startHost } from '../runtime/host-process.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/wait-until.ts'

const fixtures = path.join(import.meta.dirname, '../fixtures')

describe.each([
  ['5.0.2', 'commonjs'],
  ['5.0.2', 'module'],
  ['5.3.0', 'commonjs'],
  ['5.3.0', 'module'],
])('an app with its own SDK %s and type %s', (sdkVersion, type) => {
  let folder: string
  let database: TestDatabase
  const hosts: Host[] = []

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'drover-version-'))
    await cp(path.join(fixtures, 'decorated-app'), folder, { recursive: true })
    await cp(path.join(fixtures, 'work.mjs'), path.join(folder, 'work.mjs'))
    const dependencies = { '@dbos-inc/dbos-sdk': sdkVersion }
    const manifest = { name: 'shop', private: true, type, dependencies }
    await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest))
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder })
    database = await createTestDatabase({ empty: true })
  })

  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.kill()))
  })

  afterAll(async () => {
    await database?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  async function launch(module: string): Promise<Host> {
    const host = await startHost(module, { cwd: folder })
    hosts.push(host)
    await host.launch({ database: database.target })
    return host
  }

  async function resultOf(workflowId: string): Promise<unknown> {
    const row = await waitUntil(`${workflowId} ended`, async () => {
      const [now] = await database.query(
        `select output.output from dbos.workflow_status join dbos.workflow_output output using (workflow_uuid)
         where workflow_uuid = $1 and status = 'SUCCESS'`,
        [workflowId],
      )
      return now
    })
    return JSON.parse(String(row.output)).json
  }

  test('runs its decorated class on an instance', async () => {
    const host = await launch('shop.ts')
    expect(host.loaded).toMatchObject({ sdkVersion, packageName: 'shop' })
    await host.start({ name: 'quote', workflowId: 'quote', args: ['ham', 'eggs'] })
    expect(await resultOf('quote')).toBe(7)
    await host.start({ name: 'checkout', workflowId: 'checkout', args: ['tea'], instance: 'mall' })
    expect(await resultOf('checkout')).toEqual({ shop: 'mall (USD)', total: 3 })
    await host.shutdown()
    expect(await host.exit()).toBe(0)
    expect(host.output).toEqual({ stdout: '', stderr: '' })
  })

  test('takes what drover enqueues at once, also from a queue that is polled once in an hour', async () => {
    await database.query(
      `insert into dbos.queues (name, polling_interval_sec) values ('hourly', 3600) on conflict do nothing`,
    )
    const host = await startHost('work.mjs', { cwd: folder })
    hosts.push(host)
    const { application, version } = await host.launch({ database: database.target })
    const store = await openStore(database.target)
    try {
      await store.start({
        name: 'work',
        workflowId: 'woken',
        args: [1, 0],
        queue: 'hourly',
        application,
        version,
      })
      expect(await resultOf('woken')).toHaveLength(1)
    } finally {
      await store.close()
    }
  })

  test('is recovered by the next process when it is killed in mid-step', async () => {
    const first = await launch('work.mjs')
    await first.start({ name: 'work', workflowId: 'killed', args: [3, 300] })
    await waitUntil('it took a step', async () => {
      const steps = await database.query('select from dbos.operation_outputs where workflow_uuid = $1', [
        'killed',
      ])
      return steps.length > 0
    })
    await first.kill()
    const second = await launch('work.mjs')
    expect(await resultOf('killed')).toHaveLength(3)
    expect(second.handedOver).toEqual(['killed'])
  })
})
