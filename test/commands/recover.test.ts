import { expect, test } from 'vitest'
import type { LiveExecutor } from '../../src/core/situation.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'

const live = (executorId: string, version: string): LiveExecutor => ({
  executorId,
  application: 'example',
  version,
  versionStart: version,
  since: new Date(0),
  recognisedBy: 'name',
  address: null,
  heardAt: new Date(0),
})

const cluster = (options: Parameters<typeof createFakeStore>[1] = {}) =>
  createFakeStore(
    [
      { workflowId: 'a', executorId: 'pod-1' },
      { workflowId: 'b', executorId: 'pod-1', queue: 'mails' },
      { workflowId: 'c', executorId: 'pod-2' },
      { workflowId: 'd', executorId: 'pod-1', status: 'SUCCESS' },
    ],
    { gone: ['pod-1'], executors: [live('pod-2', 'v1')], ...options },
  )

test('what a gone executor left is handed to the living, with the evidence', async () => {
  const store = cluster()
  const slept: number[] = []
  const { code, stdout, stderr } = await runCli('recover', { store, slept })
  expect(code).toBe(0)
  expect(stdout).toBe(
    'a\thanded-over\tpod-1\tv1\tpod-2 can take them\nb\thanded-over\tpod-1\tv1\tpod-2 can take them\n',
  )
  expect(stderr).toBe(
    'pod-1 is gone: no session is named dbos_transact_pod-1_…. It left 2 workflows, the oldest begun 1m ago.\n',
  )
  expect(slept).toEqual([3000])
  const queues = (await store.states(['a', 'b', 'c'])).map(({ status, queue }) => [status, queue])
  expect(queues).toEqual([
    ['ENQUEUED', '_dbos_internal_queue'],
    ['ENQUEUED', 'mails'],
    ['PENDING', null],
  ])
})

test('--dry-run shows it and does nothing; nothing gone is told', async () => {
  const store = cluster()
  const { code, stdout } = await runCli('recover --dry-run', { store, slept: [], isTerminal: true })
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "ID  OUTCOME                 EXECUTOR  VERSION  REASON
    a   → would be handed over  pod-1     v1       pod-2 can take them
    b   → would be handed over  pod-1     v1       pod-2 can take them
    "
  `)
  expect((await store.get('a'))?.status).toBe('PENDING')
  const none = await runCli('recover', { store: cluster({ gone: [] }) })
  expect(none).toMatchObject({ code: 0, stdout: '' })
  expect(none.stderr).toBe(
    'Nothing to recover in fake database: no PENDING workflow is without its executor.\n',
  )
})

test('an executor that was gone for one look only is not gone', async () => {
  const store = cluster()
  const { lookForGone } = store
  let looks = 0
  store.lookForGone = async () => {
    const sight = await lookForGone()
    return looks++ === 0 ? sight : { ...sight, gone: [] }
  }
  const { stdout } = await runCli('recover', { store, slept: [] })
  expect(stdout).toBe('')
  expect((await store.get('a'))?.status).toBe('PENDING')
})

test('where sessions of unknown owners live, somebody must say that it is gone', async () => {
  const store = cluster({ doubts: ['my-app of app (3)'] })
  const refused = await runCli('recover', { store, slept: [] })
  expect(refused.code).toBe(9)
  expect(refused.stdout).toContain('a\tleft-alone')
  expect(refused.stderr).toContain('my-app of app (3)')
  expect(refused.stderr).toContain('--gone pod-1')
  expect((await runCli('recover --gone pod-1', { store, slept: [] })).code).toBe(0)
})

test('where nobody runs its version, what works is offered, and done on request', async () => {
  const store = cluster({
    executors: [live('pod-2', 'v2')],
    versions: [{ version: 'v2', application: 'example', registeredAt: new Date(1), isLatest: true }],
  })
  const stranded = await runCli('recover', { store, slept: [] })
  expect(stranded.code).toBe(9)
  expect(stranded.stderr).toMatchInlineSnapshot(`
    "pod-1 is gone: no session is named dbos_transact_pod-1_…. It left 2 workflows, the oldest begun 1m ago.
      no living worker runs version v1; living: v2
      hint: start a worker of that version: drover worker --app-version v1
      or let the new code go on with them: drover recover --to-version v2
      or run them again as copies: drover cancel a, then drover fork a --from last --to-version v2
    "
  `)
  const { code, stdout } = await runCli('recover --to-version latest', { store, slept: [] })
  expect(code).toBe(0)
  expect(stdout).toContain('a\thanded-over\tpod-1\tv2')
  expect(await store.get('a')).toMatchObject({ status: 'ENQUEUED', version: 'v2' })
})

test('ids narrow it, and each has its outcome', async () => {
  const store = cluster()
  const { code, stdout } = await runCli('recover a c d nobody', { store, slept: [] })
  expect(code).toBe(4)
  expect(stdout).toBe(
    'a\thanded-over\tpod-1\tv1\tpod-2 can take them\n' +
      'c\tleft-alone\tpod-2\tv1\tthere are signs of life of its executor\n' +
      'd\tleft-alone\tpod-1\tv1\tit is SUCCESS\n' +
      'nobody\tnot-found\t\t\t\n',
  )
  expect((await store.get('b'))?.status).toBe('PENDING')
})

test('who cannot see sessions recovers nothing, and is told what is missing', async () => {
  const blind = cluster({ sight: { obstacle: 'this role cannot see the sessions of others', gone: [] } })
  const { code, stderr } = await runCli('recover', { store: blind })
  expect(code).toBe(3)
  expect(stderr).toContain('grant pg_read_all_stats')
})

test('--watch goes on until it is stopped, and tells each thing once', async () => {
  const store = cluster({ doubts: ['x of y (1)'] })
  const stop = new AbortController()
  const sleeps: number[] = []
  const slept = new Proxy(sleeps, {
    get: (list, key) =>
      key === 'push'
        ? (ms: number) => {
            if (list.push(ms) === 6) stop.abort('SIGTERM')
          }
        : Reflect.get(list, key),
  })
  const { code, stderr, stdout } = await runCli('recover --watch --every 7s --grace 1s', {
    store,
    slept,
    interrupt: stop.signal,
  })
  expect(code).toBe(0)
  expect(sleeps).toEqual([1000, 7000, 1000, 7000, 1000, 7000])
  expect(stderr.match(/pod-1 is gone/g)).toHaveLength(1)
  expect(stdout.match(/left-alone/g)).toHaveLength(2)
})
