import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { droverBin } from '../support/drover-process.ts'
import { atEndOfFile } from '../support/end-of-file.ts'
import { exampleWorkflows } from '../support/example-store.ts'
import { connectMcpClient } from '../support/mcp-client.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'

let database: TestDatabase
let home: string

beforeAll(async () => {
  database = await createTestDatabase()
  home = await createHome()
  for (const workflow of exampleWorkflows)
    await seedWorkflow(database, { ...workflow, createdAt: new Date() })
})
afterAll(async () => {
  await database.drop()
  await removeHome(home)
})

async function startServer(...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [droverBin, 'mcp', ...args], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, DROVER_HOME: home, DROVER_DB_URL: database.target.url },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  atEndOfFile(() => child.kill('SIGKILL'))
  const { stdin, stdout, stderr } = child
  if (!stdin || !stdout || !stderr) throw new Error('it has no pipes')
  const said = text(stderr)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, said, ended, client: await connectMcpClient(stdin, stdout) }
}

test('what reads, reads a real database; what would change it is not there; and it ends with its stdin', async () => {
  const { client, ended, said } = await startServer()
  expect(await client.call('get', { workflowId: 'done' })).toMatchObject({
    isError: false,
    data: { workflowId: 'done', output: { total: 3 } },
  })
  for (const [name, input] of [
    ['list', {}],
    ['inbox', {}],
    ['queues', {}],
    ['decisions', {}],
    ['explain', { workflowId: 'asking' }],
    ['wait', { workflowId: 'done' }],
  ] as const)
    expect(await client.call(name, input), name).toMatchObject({ isError: false })
  expect(await client.call('cancel', { workflowIds: ['running'] })).toMatchObject({ isError: true })
  await client.close()
  expect(await ended).toBe(0)
  expect(client.noise).toEqual([])
  expect(await said).toContain('it can only read')
})

test('what is allowed is done, once, and on record; SIGTERM ends it in order', async () => {
  const { client, child, ended } = await startServer('--allow', 'answer,manage', '--as', 'robot')
  expect(await client.call('cancel', { workflowIds: ['running'] })).toMatchObject({
    data: [{ outcome: 'changed', after: 'CANCELLED' }],
  })
  expect(await client.call('approve', { wait: 'asking#1', as: 'ada' })).toMatchObject({ isError: false })
  const late = await client.call('reject', { wait: 'asking#1', as: 'bob', comment: 'no' })
  expect(late).toMatchObject({ isError: true, error: { code: 'already-decided' } })
  expect(await client.call('start', { name: 'orderWorkflow' })).toMatchObject({ isError: true })
  child.kill('SIGTERM')
  expect(await ended).toBe(143)
  expect(client.noise).toEqual([])
})
