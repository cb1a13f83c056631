import { expect, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import type { FakeWorkflow } from '../../support/fake-workflow.ts'
import { lendStore } from '../../support/lend-store.ts'
import { runCli } from '../../support/run-cli.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, second))
const children: readonly FakeWorkflow[] = Array.from({ length: 5 }, (_, number) => ({
  workflowId: `resize-${number}`,
  name: 'resizeOne',
  parentId: 'resize',
  createdAt: at(10 + number),
  status: number < 2 ? 'ERROR' : 'SUCCESS',
  error: number < 2 ? { name: 'Error', message: `image ${number + 40} is corrupt: bad marker 0xff` } : null,
}))
const executors = [{ executorId: 'web-1', application: 'example', version: 'v1', since: at(0) }]
const shop = () =>
  createFakeStore(
    [
      { workflowId: 'resize', name: 'resizeAll', status: 'SUCCESS', createdAt: at(9), completedAt: at(19) },
      ...children,
      { workflowId: 'left', name: 'checkout', createdAt: at(20), executorId: 'web-2' },
      {
        workflowId: 'asks',
        name: 'refund',
        createdAt: at(21),
        executorId: 'web-1',
        did: [
          { event: 'awaiting:refund', value: { prompt: 'Refund 74 €?' } },
          { recv: 'refund', timeoutSeconds: 3600 },
        ],
      },
      {
        workflowId: 'label',
        name: 'ship',
        createdAt: at(22),
        status: 'ERROR',
        error: { name: 'Error', message: 'order-7 of 2026 has no address' },
      },
    ],
    { executors },
  )
const onTerminal = (line: string) => runCli(line, { store: shop(), isTerminal: true })

test('on a terminal the roots, why each is where it is, and what is hidden', async () => {
  const { stdout, stderr } = await onTerminal('list')
  expect(stdout).toMatchInlineSnapshot(`
    "ID      NAME       STATE                             AGE  BY
    label   ship       ✗ order-7 of 2026 has no address  43s  drover-test
    asks    refund     ? Refund 74 €?          59m left  44s  web-1
    left    checkout   ✗ executor gone → drover recover  45s  web-2
    resize  resizeAll  ✓ 3 of 5 children, 2 ✗     10.0s  56s  drover-test
    "
  `)
  expect(stderr).toMatchInlineSnapshot(`
    "4 of 4 roots, 5 children hidden (--children) · 1 stuck: drover doctor
    "
  `)
})

test('where there are more, how to see them', async () => {
  const { stdout, stderr } = await onTerminal('list --limit 2 --columns id')
  expect(stdout).toBe('ID\nlabel\nasks\n')
  expect(stderr).toMatchInlineSnapshot(`
    "2 of 4 roots, 5 children hidden (--children); --after asks shows the next
    "
  `)
  expect((await onTerminal('list --limit 2 --after asks --columns id')).stdout).toBe('ID\nleft\nresize\n')
})

test.each(['list --children --columns id', 'list --since 2026-01-01 --columns id'])(
  '%s: every one, also on a terminal',
  async (line) => {
    expect((await onTerminal(line)).stdout.trim().split('\n')).toHaveLength(10)
  },
)

test('a pipe, JSON and ids have every one', async () => {
  for (const format of ['table', 'jsonl', 'ids']) {
    const { stdout } = await runCli(`list -o ${format}`, { store: shop() })
    expect(stdout.trim().split('\n')).toHaveLength(9)
  }
})

test('the same facts as JSON', async () => {
  const { stdout } = await runCli('list -o json', { store: shop() })
  const rows: { workflowId: string; state: object }[] = JSON.parse(stdout)
  const row = (id: string) => rows.find(({ workflowId }) => workflowId === id)
  expect(row('resize')).toMatchObject({
    children: { total: 5, succeeded: 3, failed: 2, cancelled: 0, running: 0, queued: 0, isMore: false },
  })
  expect(row('resize-0')).toMatchObject({ parentId: 'resize', error: { message: expect.any(String) } })
  expect(row('left')?.state).toMatchObject({ cause: 'executor-gone', stuck: true })
  expect(row('asks')).toMatchObject({
    state: { cause: 'waits-for-message', until: expect.any(String) },
    waits: [{ step: 1, topic: 'refund' }],
  })
})

test('--columns error, result, waits, parent and children', async () => {
  const line = 'list --columns id,error,result,waits,parent,children'
  expect((await runCli(line, { store: shop() })).stdout).toMatchInlineSnapshot(`
    "label	Error: order-7 of 2026 has no address				
    asks			asks#1		
    left					
    resize-4		null		resize	
    resize-3		null		resize	
    resize-2		null		resize	
    resize-1	Error: image 41 is corrupt: bad marker 0xff			resize	
    resize-0	Error: image 40 is corrupt: bad marker 0xff			resize	
    resize		null			5
    "
  `)
  expect((await onTerminal(`${line} --children`)).stdout).toMatchInlineSnapshot(`
    "ID        ERROR              RESULT  WAITS            PARENT  CHILDREN
    label     Error: order-7 o…
    asks                                 #1 Refund 74 €?
    left
    resize-4                     null                     resize
    resize-3                     null                     resize
    resize-2                     null                     resize
    resize-1  Error: image 41…                            resize
    resize-0  Error: image 40…                            resize
    resize                       null                             3 of 5 children,…
    "
  `)
})

test('--count-by error groups what differs only in numbers', async () => {
  expect((await onTerminal('list --status failed --count-by error')).stdout).toMatchInlineSnapshot(`
    "COUNT  ERROR                                NAME       EXAMPLE
        2  image N is corrupt: bad marker 0xff  resizeOne  resize-1
        1  order-N of N has no address          ship       label
    "
  `)
  const { stdout } = await runCli('list --count-by error -o jsonl', { store: shop() })
  expect(stdout.split('\n')[0]).toBe(
    '{"value":"image N is corrupt: bad marker 0xff","count":2,"name":"resizeOne","example":"resize-1"}',
  )
  expect((await runCli('list --count-by error --status active', { store: shop() })).stderr).toBe(
    'No workflow in fake database: status DELAYED or ENQUEUED or PENDING that failed.\n',
  )
})

test('a column that is none is told with a command that runs', async () => {
  expect((await runCli('list --columns id,sate', { store: shop() })).stderr).toContain(
    'hint: drover list --columns state   #',
  )
})

test('a look that stopped says where, with the command that looks behind it', async () => {
  const store = shop()
  const cut: Store = {
    ...lendStore(store),
    roots: async (query) => ({ ...(await store.roots(query)), stoppedAt: at(9) }),
    failures: async (filter, look) => ({ ...(await store.failures(filter, look)), stoppedAt: at(9) }),
  }
  const told = async (line: string) => (await runCli(line, { store: cut, isTerminal: true })).stderr
  expect(await told('list --roots --name a;b')).toBe(
    "No workflow in fake database: name a;b, without a parent.\nThe newest 10,000 were looked at; behind them: drover list --name 'a;b' --until 2026-01-02T03:04:09.000Z --roots\n",
  )
  expect(await told('list --roots --status failed')).toBe(
    'The newest 10,000 were looked at; behind them: drover list --status ERROR --status MAX_RECOVERY_ATTEMPTS_EXCEEDED --until 2026-01-02T03:04:09.000Z --roots\n',
  )
  expect(await told('list --roots --sort oldest')).toContain(
    'The oldest 10,000 were looked at; behind them: drover list --since 2026-01-02T03:04:09.000Z --roots --sort oldest\n',
  )
  expect(await told('list --count-by error --name resizeOne')).toBe(
    'The newest 10,000 that failed were looked at; behind them: drover list --name resizeOne --until 2026-01-02T03:04:09.000Z --count-by error\n',
  )
  const piped = await runCli('list --roots --name label', { store: cut })
  expect(piped.stderr).not.toContain('looked at')
})
