import { expect, test } from 'vitest'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

const now = new Date('2026-01-02T04:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)

const shop = () =>
  createFakeStore([
    ...Array.from({ length: 40 }, (_, index) => ({
      workflowId: `order-${index}`,
      name: 'checkout',
      queue: 'mails',
      status: index % 10 === 0 ? ('ERROR' as const) : ('SUCCESS' as const),
      createdAt: ago(3000 - 60 * index),
      startedAt: ago(2998 - 60 * index),
      completedAt: ago(2990 - 60 * index - (index % 7)),
    })),
    {
      ...{ workflowId: '\x1b[2J$(x)', name: 're\u202eport', status: 'SUCCESS' as const },
      ...{ createdAt: ago(1000), startedAt: ago(1000), completedAt: ago(100) },
    },
  ])

test('stats tells throughput, waits and durations, the slowest, and what fails most', async () => {
  const { code, stdout, stderr } = await runCli('stats', { store: shop(), isTerminal: true, now })
  expect(code).toBe(0)
  expect(`${stdout}\n${stderr}`).toMatchInlineSnapshot(`
    "41 workflows ended in 1h 00m (0.011/s), with 0 steps (0/s)
    took 11.0s (half of them), 14.0s (95 of 100)
    waited 2.0s (half of them), 2.0s (95 of 100)
    ▁▁▁▁▁████████████████████▁▁▁▁▅

    NAME            ENDED  FAILED  TOOK P50      P95  WAITED P50  WAIT P95
    checkout           40       4     11.0s    14.0s        2.0s      2.0s
    re<U+202E>port      1           15m 00s  15m 00s

    SLOWEST
     15m 00s  ✓ SUCCESS    ␛[2J$(x)  re<U+202E>port
       14.0s  ✓ SUCCESS    order-13  checkout
       14.0s  ✗ ERROR      order-20  checkout
       14.0s  ✓ SUCCESS    order-27  checkout
       14.0s  ✓ SUCCESS    order-34  checkout

    checkout failed most, 4 of 40: drover list --name checkout --status failed --ended-since 1h
    "
  `)
  const narrow = await runCli('stats', { store: shop(), isTerminal: true, now, columns: 40 })
  for (const line of narrow.stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(40)
})

test('stats in a pipe is a row for each name, and as JSON all of it', async () => {
  expect((await runCli('stats --name checkout', { store: shop(), now })).stdout).toMatch(
    /^checkout\t40\t4\t\d+\t\d+\t2000\t2000\t[\d ]+\n$/,
  )
  const { stdout } = await runCli('stats --since 2h --until 1m -o json', { store: shop(), now })
  expect(JSON.parse(stdout)).toMatchObject({ ended: 41, failed: 4, endedPerSecond: 0.005742 })
})

test('stats of a time in which nothing ended says so, and one that is no time is refused', async () => {
  const none = await runCli('stats --since 1s', { store: shop(), now })
  expect(none).toMatchObject({ code: 0, stdout: '' })
  expect(none.stderr).toBe('No workflow ended in that time in fake database.\n')
  expect((await runCli('stats --since 1h --until 2h', { store: shop(), now })).code).toBe(2)
})
