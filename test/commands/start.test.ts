import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'

test('stdout is the id and nothing else; what was filled in is on stderr', async () => {
  const store = createExampleStore()
  const run = await runCli('start orderWorkflow 1 x --id new', { store })
  expect(run).toMatchObject({ code: 0, stdout: 'new\n', remembered: ['new'] })
  expect(run.stderr).toBe(
    'example, version example@dev, queue slow, in fake database\nwarning: no worker of example is live; it stays enqueued until one starts.\n',
  )
  expect(store.started).toMatchObject([
    { name: 'orderWorkflow', args: [1, 'x'], queue: 'slow', application: 'example', version: 'example@dev' },
  ])
})

test('without a queue of its own a name goes to drover, else to the internal queue', async () => {
  const start = async (queues: string[]) => {
    const store = createFakeStore([], { queues })
    await runCli('start fresh --application shop', { store })
    return store.started[0]?.queue
  }
  expect(await start(['drover'])).toBe('drover')
  expect(await start([])).toBe('_dbos_internal_queue')
})

test('an unknown application is 2, with what to add', async () => {
  expect(await runCli('start fresh', { store: createFakeStore() })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--application NAME'),
  })
})

test('elsewhere it runs as the version that live workers run', async () => {
  const executor = (version: string) => ({
    executorId: version,
    application: 'shop',
    version,
    since: new Date(0),
  })
  const start = async (...versions: string[]) => {
    const store = createFakeStore([], { own: false, executors: versions.map(executor) })
    const run = await runCli('start fresh', { store })
    return { code: run.code, version: store.started[0]?.version }
  }
  expect(await start('v1', 'v1')).toEqual({ code: 0, version: 'v1' })
  expect(await start('v1', 'v2')).toEqual({ code: 2, version: undefined })
})

test('an id in use is attached to where it is the same active call, else 9', async () => {
  const store = createFakeStore([
    { workflowId: 'active', name: 'order', input: [1] },
    { workflowId: 'old', name: 'order', input: [1], status: 'SUCCESS' },
  ])
  expect(await runCli('start order 1 --id active', { store })).toMatchObject({
    code: 0,
    stdout: 'active\n',
    stderr: expect.stringContaining('attached to it'),
  })
  expect((await runCli('start order 2 --id active', { store })).code).toBe(9)
  expect((await runCli('start other 1 --id active --application example', { store })).code).toBe(9)
  expect((await runCli('start order 1 --id old', { store })).code).toBe(9)
})

test('an id that could not be typed again is refused', async () => {
  const store = createExampleStore()
  for (const id of ['', ' ', 'a\nb', 'red\u001b[31m']) {
    expect((await runCli(['start', 'orderWorkflow', '--id', id], { store })).code).toBe(2)
  }
  expect(store.started).toEqual([])
})

test('--wait prints the result on stdout and the id on stderr', async () => {
  const store = createExampleStore()
  const timedOut = await runCli('start orderWorkflow --id new --wait --timeout 20ms', { store })
  expect(timedOut).toMatchObject({ code: 124, stdout: '' })
  expect(timedOut.stderr).toContain('new\n')
})
