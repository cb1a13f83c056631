import { expect, test } from 'vitest'
import type { App, HandedOver } from '../../../src/core/run/runtime.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

/** An application whose launch finds what dead drover processes left, and is asked to stop at once. */
async function work(line: string, left: readonly HandedOver[], own = false) {
  const stop = new AbortController()
  const app: App = {
    specifier: './app.js',
    configuredName: 'shop',
    configuredVersion: null,
    packageName: null,
    sdkVersion: '5.3.0',
    workflows: [{ name: 'order', className: null, instances: [] }],
    launch: async ({ application, version = 'v1', onHandOver }) => {
      onHandOver(left)
      stop.abort('SIGTERM')
      return {
        executorId: 'drover-1',
        application,
        version,
        start: async () => {},
        shutdown: async () => {},
      }
    },
  }
  const { stderr } = await runCli(line, {
    store: createFakeStore([], { own, queues: ['mails'] }),
    app,
    interrupt: stop.signal,
  })
  return stderr.split('\n').filter((told) => /gone|hint/.test(told))
}

const left = [
  { workflowId: 'a', queue: '_dbos_internal_queue', executorId: 'drover-dead' },
  { workflowId: 'b', queue: 'main', executorId: 'drover-dead' },
  { workflowId: 'c', queue: 'mails', executorId: 'drover-dead' },
  { workflowId: 'd', queue: 'main', executorId: 'drover-dead' },
]

test('a worker takes over what it polls, and names what stays on other queues with the worker that takes it', async () => {
  expect(await work('worker --app ./app.js --app-version v5 --queues mails', left)).toEqual([
    'Taken over from drover processes that are gone: a, c',
    'Drover processes that are gone left b, d: put back on queue main, which this process does not poll.',
    'hint: drover worker --app ./app.js --application shop --app-version v5 --queues main',
  ])
  expect(await work('worker --app ./app.js', left.slice(1))).toEqual([
    'Drover processes that are gone left b, d: put back on queue main, which this process does not poll.',
    'Drover processes that are gone left c: put back on queue mails, which this process does not poll.',
    'hint: drover worker --app ./app.js --application shop --queues main,mails',
  ])
})

test('a worker that polls every queue, or has just registered that one, takes over all of it', async () => {
  const all = ['Taken over from drover processes that are gone: b, d']
  const mine = left.filter(({ queue }) => queue === 'main')
  expect(await work('worker --app ./app.js', mine, true)).toEqual(all)
  expect(await work('worker --app ./app.js --queues all', mine)).toEqual(all)
  expect(await work('worker --app ./app.js --create-queue main', mine)).toEqual(all)
})
