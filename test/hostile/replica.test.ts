import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { layoutOf } from '../../src/local/cluster/layout.ts'
import { findServerUser } from '../../src/local/cluster/server-user.ts'
import { ensureTree } from '../../src/local/cluster/tree.ts'
import { createLocalDatabase } from '../../src/local/local-database.ts'
import { runDrover } from '../support/drover-process.ts'
import { patience } from '../support/patience.ts'
import { createReadyHome } from '../support/ready-home.ts'
import { runCli } from '../support/run-cli.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

/** A server that follows another one which is gone: all that was there can be read, and nothing changed. */
async function startReplica(): Promise<string> {
  const home = await createReadyHome()
  const local = createLocalDatabase({ home, env: process.env, settings: { wal_level: 'replica' } })
  const { url } = await local.open({ database: 'drover', connectTimeoutMs: patience() })
  const store = await openStore({ url, schema: 'dbos', label: 'primary', connectTimeoutMs: patience() })
  await store.start({ name: 'order', workflowId: 'w-1', args: [], queue: 'q' } as Parameters<
    typeof store.start
  >[0])
  await store.manage('cancel', [{ workflowId: 'w-1', status: 'ENQUEUED' }])
  await store.close()
  await local.stop({ force: true })
  const layout = layoutOf(home)
  const user = await findServerUser(layout, process.env)
  const tree = await ensureTree({ trees: layout.trees, user, resolveFrom: import.meta.filename })
  await writeFile(path.join(layout.data, 'standby.signal'), '')
  const server = spawn(
    path.join(tree, 'bin/postgres'),
    ['-D', layout.data, '-k', layout.sockets, '-c', 'listen_addresses=', '-c', 'max_connections=100'],
    { stdio: 'ignore', env: { LC_ALL: 'C' }, ...(user.isOther && { uid: user.uid, gid: user.gid }) },
  )
  onTestFinished(async () => {
    server.kill('SIGQUIT')
    await once(server, 'exit')
  })
  await waitUntil(
    'the replica answers',
    async () => (await runCli(['list', '--db-url', url], { openStore })).code === 0,
  )
  return url
}

test('a read replica can be read and followed, and what changes it is told', async () => {
  const url = await startReplica()
  const run = (line: string) => runCli([...line.split(' '), '--db-url', url], { openStore, now: new Date() })
  for (const line of [
    'list',
    'get w-1',
    'steps w-1',
    'explain w-1',
    'inbox --no-pick',
    'queues',
    'workers',
    'stats --since 1d',
    'schedules',
    'versions',
  ]) {
    expect({ line, ...(await run(line)) }).toMatchObject({ line, code: 0 })
  }
  expect(await run('doctor')).toMatchObject({ stdout: expect.stringContaining('a read replica') })
  expect(await run('watch w-1')).toMatchObject({ code: 6 })
  expect(await run('wait w-1')).toMatchObject({ code: 6 })
  for (const line of ['resume w-1', 'audit init', 'delete w-1 --yes', 'fork w-1 --from 0']) {
    const { code, stderr } = await run(line)
    expect({ line, code, stderr }).toMatchObject({
      line,
      code: 3,
      stderr: expect.stringContaining('read-only'),
    })
  }
  const home = await createHome()
  onTestFinished(() => removeHome(home))
  for (const line of ['start order 1 --app-version v --application a', 'audit init']) {
    const { code, stderr } = await runDrover([...line.split(' '), '--db-url', url], { home })
    expect({ line, code, stderr }).toMatchObject({
      line,
      code: 3,
      stderr: expect.stringMatching(/^error: [^\n]*read-only[^\n]*\nhint: /m),
    })
  }
})
