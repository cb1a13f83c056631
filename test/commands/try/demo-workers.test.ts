import { expect, test } from 'vitest'
import { createWorkers } from '../../../src/commands/try/demo-workers.ts'
import type { Tour } from '../../../src/commands/try/tour.ts'

test('a worker of the demo has the URL in its environment, and not in its arguments', () => {
  const dbUrl = 'postgres://ada:s3cret@localhost/x'
  const started: unknown[] = []
  const context = {
    spawnDrover: (args: readonly string[], env: Readonly<Record<string, string>>) => {
      started.push(args, env)
      return { exited: new Promise(() => {}), kill: () => {} }
    },
  }
  const tour = { context, flags: { dbUrl, listenUrl: dbUrl, schema: 'flows' } } as unknown as Tour
  createWorkers(tour, 'v1').start({ HOLD: '8' })
  expect(started).toEqual([
    ['worker', '--app', 'drover:demo', '--app-version', 'v1', '--schema', 'flows'],
    { DROVER_DB_URL: dbUrl, DROVER_DATABASE: '', DROVER_LISTEN_URL: dbUrl, HOLD: '8' },
  ])
})
