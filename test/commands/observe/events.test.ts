import { expect, test } from 'vitest'
import { createFakeStore, type FakeStore } from '../../support/fake-store.ts'
import { oneLook } from '../../support/patience.ts'
import { runCli } from '../../support/run-cli.ts'

function createStore(): FakeStore {
  return createFakeStore([
    {
      workflowId: 'live',
      did: [
        { event: 'progress', value: 1 },
        { event: 'note', value: 'a\tb' },
      ],
    },
    {
      workflowId: 'done',
      status: 'SUCCESS',
      did: [
        { event: 'progress', value: 1 },
        { event: 'nothing', value: null },
      ],
    },
  ])
}

test('null, not yet, never and nowhere are four answers', async () => {
  const codeOf = async (line: string) => {
    const { code, stdout, stderr } = await runCli(`${line} -o json`, { store: createStore() })
    return { code, says: stderr ? JSON.parse(stderr).error.code : JSON.parse(stdout).value }
  }
  expect(await codeOf('events done nothing')).toEqual({ code: 0, says: null })
  expect(await codeOf('events live zzz')).toEqual({ code: 4, says: 'event-not-found' })
  expect(await codeOf('events done zzz')).toEqual({ code: 4, says: 'event-never-published' })
  expect(await codeOf('events nope zzz')).toEqual({ code: 4, says: 'workflow-not-found' })
})

test('--wait prints a value that is there at once, and else the first one that comes', async () => {
  const store = createStore()
  expect(await runCli('events live progress --wait', { store })).toMatchObject({ code: 0, stdout: '1\n' })
  const run = runCli('events live total --wait -r', { store })
  store.run('live', { event: 'progress', value: 2 }, { event: 'total', value: 'many' })
  expect(await run).toMatchObject({ code: 0, stdout: 'many\n' })
})

test('--wait says when time runs out, and when the workflow ends without it', async () => {
  expect(
    await runCli(`events live zzz --wait --timeout ${oneLook()}`, { store: createStore() }),
  ).toMatchObject({
    code: 124,
    stdout: '',
    stderr: expect.stringContaining('live has no event "zzz" yet; it published: note, progress.'),
  })
  for (const id of ['done', 'live']) {
    const store = createStore()
    const run = runCli(`events ${id} zzz --wait`, { store })
    if (id === 'live') store.end('live', 'SUCCESS')
    expect(await run).toMatchObject({
      code: 9,
      stdout: '',
      stderr: expect.stringContaining(`error: ${id} ended SUCCESS without an event "zzz".`),
    })
  }
  expect((await runCli('events live --wait', { store: createStore() })).code).toBe(2)
})

test('--follow prints every change from the first one on', async () => {
  const store = createStore()
  const all = runCli('events live --follow', { store })
  const one = runCli('events live progress --follow', { store })
  const json = runCli('events live progress --follow -o jsonl', { store })
  store.run('live', { event: 'progress', value: { done: 2 } })
  store.end('live', 'SUCCESS')
  expect(await all).toMatchObject({
    code: 0,
    stdout: 'progress\t1\nnote\ta␉b\nprogress\t{"done":2}\n',
    stderr: '3 values, live ended SUCCESS\n',
  })
  expect((await one).stdout).toBe('1\n{"done":2}\n')
  expect(
    (await json).stdout
      .trimEnd()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line))),
  ).toEqual([
    ['workflowId', 'key', 'value', 'at'],
    ['workflowId', 'key', 'value', 'at'],
  ])
})

test('--follow of an event that never comes is not found, and a time-out is 124', async () => {
  expect(await runCli('events done progres --follow', { store: createStore() })).toMatchObject({
    code: 4,
    stderr:
      'error: done ended SUCCESS without an event "progres".\nhint: did you mean: drover events done progress\n',
  })
  expect(await runCli(`events live --follow --timeout ${oneLook()}`, { store: createStore() })).toMatchObject(
    {
      code: 124,
      stdout: 'progress\t1\nnote\ta␉b\n',
    },
  )
})
