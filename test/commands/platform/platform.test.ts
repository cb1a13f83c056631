import { expect, test } from 'vitest'
import type { LiveExecutor } from '../../../src/core/diagnosis/situation.ts'
import type { Schedule } from '../../../src/core/platform.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

const minute = (number: number) => new Date(Date.UTC(2026, 0, 2, 3, number))
const now = minute(10)
const nightly: Schedule = {
  name: 'nightly',
  workflow: 'cleanUp',
  cron: '0 0 3 * * *',
  timezone: 'Europe/Paris',
  status: 'ACTIVE',
  application: 'shop',
  queue: null,
  lastFiredAt: minute(0),
  nextAt: [new Date('2026-01-03T02:00:00Z')],
}
const worker: LiveExecutor = {
  executorId: 'pod-1',
  application: 'shop',
  version: 'v1',
  versionStart: 'v1',
  since: minute(0),
  candidateVersions: null,
  registration: null,
  recognisedBy: 'name',
  address: null,
  heardAt: minute(9),
}
const shop = () =>
  createFakeStore(
    [
      { workflowId: 'a', queue: 'mails', status: 'ENQUEUED', createdAt: minute(1), application: 'shop' },
      { workflowId: 'b', queue: 'mails', status: 'ENQUEUED', createdAt: minute(2), application: 'shop' },
      { workflowId: 'c', queue: 'mails', createdAt: minute(3), application: 'shop' },
    ],
    {
      queues: ['mails', 'idle'],
      schedules: [nightly],
      executors: [worker],
      versions: [
        { version: 'v2', application: 'shop', registeredAt: minute(5), isLatest: true },
        { version: 'v1', application: 'shop', registeredAt: minute(1), isLatest: false },
      ],
    },
  )

test('queues shows what waits and runs, and the limits', async () => {
  const store = shop()
  const set = 'queues set mails --concurrency 4 --worker-concurrency 2 --rate-limit 100/1m --poll 500ms'
  expect((await runCli(set, { store })).stderr).toBe('The queue mails is set.\n')
  expect((await runCli('queues', { store, isTerminal: true, now })).stdout).toMatchInlineSnapshot(`
    "QUEUE  WAITING  RUNNING  DELAYED  OLDEST  LIMITS
    idle         0        0
    mails        2        1           9m ago  4 at once, 2 per worker, 100 in 60s
    "
  `)
  const { stdout } = await runCli('queues -o jsonl', { store })
  expect(JSON.parse(stdout.split('\n')[1] ?? '')).toEqual({
    name: 'mails',
    application: null,
    enqueued: 2,
    running: 1,
    delayed: 0,
    oldestAt: minute(1).toISOString(),
    concurrency: 4,
    workerConcurrency: 2,
    rateLimit: { max: 100, periodMs: 60_000 },
    isPartitioned: false,
    partitionConcurrency: null,
    partitionWorkerConcurrency: null,
    partitionRateLimit: null,
    pollMs: 500,
    pause: null,
    lastHour: { waiting: expect.any(Array), oldestMs: expect.any(Array) },
  })
  expect((await runCli('queues set mails --concurrency none', { store })).code).toBe(0)
})

test('the limits of partitions are set, shown and taken away', async () => {
  const store = shop()
  const limits =
    '--concurrency 8 --partition-concurrency 2 --partition-worker-concurrency 1 --partition-rate-limit 5/1m'
  expect((await runCli(`queues create tenants ${limits}`, { store })).code).toBe(0)
  expect((await runCli('queues set mails --partition-concurrency 1', { store })).code).toBe(0)
  const shown = await runCli('queues', { store, isTerminal: true, columns: 120, now })
  expect(shown.stdout).toMatchInlineSnapshot(`
    "QUEUE    WAITING  RUNNING  DELAYED  OLDEST  LIMITS                                          WAITING, 1H    OLDEST, 1H
    idle           0        0
    mails          2        1           9m ago  per partition 1 at once                         ▁▁▁▁▁▁▁▁▁▁▁▁█  ▁▁▁▁▁▁▁▁▁▁▁▁█
    tenants        0        0                   8 at once; per partition 2 at once, 1 per wor…
    "
  `)
  const cleared =
    '--partition-concurrency none --partition-worker-concurrency none --partition-rate-limit none -o json'
  const { stdout } = await runCli(`queues set tenants ${cleared}`, { store })
  expect(JSON.parse(stdout)).toMatchObject({ isPartitioned: false, partitionRateLimit: null, concurrency: 8 })
})

test.each([
  [
    'queues create fresh --concurrency 4 --worker-concurrency 5',
    '--worker-concurrency 5 is more than --concurrency 4',
  ],
  [
    'queues create fresh --partition-concurrency 1 --partition-worker-concurrency 2',
    '--partition-worker-concurrency 2 is more than --partition-concurrency 1.',
  ],
  [
    'queues set mails --worker-concurrency 1 --partition-worker-concurrency 2',
    '--partition-worker-concurrency 2 is more than --worker-concurrency 1.',
  ],
  [
    'queues set mails --partition-concurrency 5',
    '--partition-concurrency 5 is more than the --concurrency 4 that the queue mails has.',
  ],
  [
    'queues set mails --concurrency 2',
    '--concurrency 2 is less than the --worker-concurrency 3 that the queue mails has.',
  ],
])('%s is refused, with what would be taken', async (line, sentence) => {
  const store = shop()
  await store.setQueue('mails', { concurrency: 4, workerConcurrency: 3 })
  const refused = await runCli(line, { store })
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(sentence) })
  const [, hint = ''] = /hint: drover (.*)/.exec(refused.stderr) ?? []
  expect(await runCli(hint, { store })).toMatchObject({ code: 0 })
})

test('a queue that nobody has, that is set so, or that is in use is no success', async () => {
  const store = shop()
  expect((await runCli('queues set nothing --concurrency 1', { store })).code).toBe(4)
  expect((await runCli('queues set mails', { store })).code).toBe(2)
  expect((await runCli('queues set mails --concurrency none', { store })).code).toBe(9)
  expect((await runCli('queues create mails', { store })).code).toBe(9)
  expect((await runCli('queues delete nothing --yes', { store })).code).toBe(4)
  const inUse = await runCli('queues delete mails --yes', { store })
  expect(inUse.code).toBe(9)
  expect(inUse.stderr).toContain('Workflows wait or run on mails')
  for (const wrong of ['--rate-limit 100', '--rate-limit x/1m', '--concurrency 0', '--poll 1']) {
    expect((await runCli(`queues set mails ${wrong}`, { store })).code).toBe(2)
  }
})

test('a limit that limits nothing, and a poll that keeps the database busy, are refused with a sentence', async () => {
  const store = shop()
  expect((await runCli('queues set mails --rate-limit 5/0s', { store })).stderr).toBe(
    'error: "5/0s" is not a rate limit: its period is zero.\nhint: write it as 5/1m, or none for no limit; drover queues set --help\n',
  )
  const fast = await runCli('queues create fresh --poll 1ms', { store })
  expect(fast.code).toBe(2)
  expect(fast.stderr).toContain('hint: --poll 10ms is the fastest, 1s the usual')
  expect(await store.hasQueue('fresh')).toBe(false)
})

test('a queue is created, and deleted after a yes', async () => {
  const store = shop()
  expect((await runCli('queues create fresh --application shop', { store })).code).toBe(0)
  expect((await store.queues()).find(({ name }) => name === 'fresh')).toMatchObject({ application: 'shop' })
  expect((await runCli('queues delete fresh', { store })).code).toBe(2)
  expect((await runCli('queues delete fresh', { store, isTerminal: true, answers: [true] })).code).toBe(0)
  expect(await store.hasQueue('fresh')).toBe(false)
})

test('schedules are listed, paused, resumed and triggered', async () => {
  const store = shop()
  expect((await runCli('schedules', { store, isTerminal: true, now })).stdout).toMatchInlineSnapshot(`
    "SCHEDULE  STATUS    CRON         NEXT        WORKFLOW     LAST  ZONE
    nightly   ● ACTIVE  0 0 3 * * *  in 22h 50m  cleanUp   10m ago  Europe/Paris
    "
  `)
  expect((await runCli('schedules pause nightly', { store })).stderr).toBe(
    'The schedule nightly is PAUSED.\n',
  )
  expect((await runCli('schedules pause nightly', { store })).code).toBe(9)
  expect((await runCli('schedules resume nightly', { store })).code).toBe(0)
  expect((await runCli('schedules pause nothing', { store })).code).toBe(4)
  const { code, stdout } = await runCli('schedules trigger nightly', { store })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'sched-nightly-trigger-1\n' })
  expect((await runCli('schedules trigger nothing', { store })).code).toBe(4)
})

test('schedules are created, changed and deleted', async () => {
  const store = shop()
  const create = ['schedules', 'create', 'weekly', '--workflow', 'cleanUp', '--cron', '0 4 * * 1']
  expect(await runCli([...create, '--timezone', 'UTC'], { store })).toMatchObject({
    code: 0,
    stderr: 'No workflow cleanUp ran here before.\nThe schedule weekly is created.\nIt never comes.\n',
  })
  expect((await runCli(create, { store })).stderr).toContain(
    "hint: drover schedules update weekly --cron '0 4 * * 1'",
  )
  expect((await runCli('schedules update weekly', { store })).code).toBe(2)
  const { stdout } = await runCli('schedules update weekly --timezone none -o json', { store })
  expect(JSON.parse(stdout)).toMatchObject({ name: 'weekly', cron: '0 4 * * 1', timezone: null })
  const asked = await runCli('schedules delete weekly', { store, isTerminal: true, answers: [false] })
  expect(asked).toMatchObject({ code: 130 })
  expect(asked.stderr).toContain('Delete the schedule weekly (cleanUp, 0 4 * * 1) in fake database?')
  expect((await runCli('schedules delete weekly', { store })).code).toBe(2)
  expect((await runCli('schedules delete weekly --yes', { store })).code).toBe(0)
  expect((await store.schedules()).map(({ name }) => name)).toEqual(['nightly'])
})

test('the next times are those of the zone of the schedule, with its summer time', async () => {
  const store = shop()
  const { stdout } = await runCli('schedules next nightly 2', { store, isTerminal: true, now })
  expect(stdout).toMatchInlineSnapshot(`
    "TIME                           AT
    Sat 2026-01-03 03:00:00 GMT+1  in 22h 50m
    Sun 2026-01-04 03:00:00 GMT+1  in 1d
    "
  `)
})

test('schedules tells what was missed since it last came, and backfill makes up for it', async () => {
  const lastFiredAt = new Date('2026-01-01T02:00:00Z')
  const store = createFakeStore(
    [{ workflowId: 'sched-nightly-2026-01-03T02:00:00.000Z', createdAt: minute(1) }],
    {
      schedules: [{ ...nightly, status: 'PAUSED', nextAt: [], lastFiredAt }],
      now: () => new Date('2026-01-05T00:00:00Z'),
    },
  )
  const at = new Date('2026-01-05T00:00:00Z')
  const listed = await runCli('schedules', { store, isTerminal: true, now: at })
  expect(listed.stderr).toBe(
    'nightly missed 2 runs since 2026-01-02T02:00:00Z: drover schedules backfill nightly --since 2026-01-02T02:00:00Z\n',
  )
  const [row] = JSON.parse((await runCli('schedules -o json', { store, now: at })).stdout)
  expect(row.missed).toEqual({ count: 2, isMore: false, since: '2026-01-02T02:00:00.000Z' })
  const backfill = 'schedules backfill nightly --since 2026-01-02T02:00:00Z'
  const dry = await runCli(`${backfill} --dry-run`, { store, now: at, isTerminal: true })
  expect(dry).toMatchObject({ code: 0 })
  expect(`${dry.stderr}${dry.stdout}`).toMatchInlineSnapshot(`
    "nightly starts 2 runs of cleanUp from 2026-01-02T02:00:00Z to 2026-01-04T02:00:00Z.
    1 run is there already, and left alone.
    ID                                      OUTCOME      AT
    sched-nightly-2026-01-02T02:00:00.000Z  would-start  2026-01-02T02:00:00Z
    sched-nightly-2026-01-03T02:00:00.000Z  existing     2026-01-03T02:00:00Z
    sched-nightly-2026-01-04T02:00:00.000Z  would-start  2026-01-04T02:00:00Z
    "
  `)
  expect((await runCli(`${backfill} --yes -o ids`, { store, now: at })).stdout.split('\n')).toHaveLength(4)
  const nothing = `${backfill} --until 2026-01-02T02:00:01Z`
  expect((await runCli('schedules backfill nightly --since 1h', { store, now: at })).code).toBe(9)
  expect((await runCli(nothing, { store, now: at, isTerminal: true, answers: [false] })).code).toBe(130)
  expect((await runCli(`${backfill} --until 2026-02-01`, { store, now: at })).code).toBe(2)
})

test('schedules get tells what it is, when it comes, what became of its runs, and what each pause missed', async () => {
  let clock = new Date('2026-01-01T01:00:00Z')
  const run = (line: string, columns = 80) => runCli(line, { store, isTerminal: true, columns, now: clock })
  const store = createFakeStore(
    [1, 3, 5].map((day) => ({
      workflowId: `sched-nightly-2026-01-0${day}T02:00:00.000Z`,
      status: day === 3 ? 'ERROR' : 'SUCCESS',
      createdAt: new Date(`2026-01-0${day}T02:00:00Z`),
    })),
    {
      schedules: [{ ...nightly, lastFiredAt: new Date('2026-01-05T02:00:00Z') }],
      now: () => clock,
      hasRecord: false,
    },
  )
  expect((await run('schedules get nightly')).stdout).toContain(
    'What a pause missed that has ended is known from a record of actions:',
  )
  await store.createRecord({ run: true })
  clock = new Date('2026-01-01T12:00:00Z')
  await run('schedules pause nightly')
  clock = new Date('2026-01-04T12:00:00Z')
  await run('schedules resume nightly')
  clock = new Date('2026-01-05T12:00:00Z')
  expect((await run('schedules get nightly')).stdout).toMatchInlineSnapshot(`
    "● ACTIVE  nightly
    workflow     cleanUp
    cron         0 0 3 * * *
    time zone    Europe/Paris
    application  shop
    backfill     by hand
    last fired   2026-01-05T02:00:00Z

    next
      TIME                           AT
      Tue 2026-01-06 03:00:00 GMT+1  in 14h 00m
      Wed 2026-01-07 03:00:00 GMT+1  in 1d
      Thu 2026-01-08 03:00:00 GMT+1  in 2d
      Fri 2026-01-09 03:00:00 GMT+1  in 3d
      Sat 2026-01-10 03:00:00 GMT+1  in 4d

    last runs
      TIME                  STATUS     ID
      2026-01-05T02:00:00Z  ✓ SUCCESS  sched-nightly-2026-01-05T02:00:00.000Z
      2026-01-03T02:00:00Z  ✗ ERROR    sched-nightly-2026-01-03T02:00:00.000Z
      2026-01-01T02:00:00Z  ✓ SUCCESS  sched-nightly-2026-01-01T02:00:00.000Z

    pauses that ended
      PAUSED  FOR  MISSED
      4d ago   3d       2
    2 runs of a pause:
    drover schedules backfill nightly --since 2026-01-02T02:00:00Z --until \\
    2026-01-04T12:00:00Z
    "
  `)
  expect((await run('schedules get nightly', 40)).stdout).toMatchInlineSnapshot(`
    "● ACTIVE  nightly
    workflow     cleanUp
    cron         0 0 3 * * *
    time zone    Europe/Paris
    application  shop
    backfill     by hand
    last fired   2026-01-05T02:00:00Z

    next
      TIME
      Tue 2026-01-06 03:00:00 GMT+1
      Wed 2026-01-07 03:00:00 GMT+1
      Thu 2026-01-08 03:00:00 GMT+1
      Fri 2026-01-09 03:00:00 GMT+1
      Sat 2026-01-10 03:00:00 GMT+1

    last runs
      TIME                  STATUS
      2026-01-05T02:00:00Z  ✓ SUCCESS
      2026-01-03T02:00:00Z  ✗ ERROR
      2026-01-01T02:00:00Z  ✓ SUCCESS

    pauses that ended
      PAUSED  FOR  MISSED
      4d ago   3d       2
    2 runs of a pause:
    drover schedules backfill nightly \\
    --since 2026-01-02T02:00:00Z --until \\
    2026-01-04T12:00:00Z
    "
  `)
  const { stdout } = await runCli('schedules get nightly -o json', { store, now: clock })
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ className: null, context: null, automaticBackfill: false, missed: null },
    runs: [{ status: 'SUCCESS', at: '2026-01-05T02:00:00.000Z' }, { status: 'ERROR' }, { status: 'SUCCESS' }],
    pauses: [
      {
        since: '2026-01-01T12:00:00.000Z',
        until: '2026-01-04T12:00:00.000Z',
        missed: { count: 2, isMore: false, since: '2026-01-02T02:00:00.000Z' },
      },
    ],
  })
})

test('versions tells who runs each, and promotes one', async () => {
  const store = shop()
  expect((await runCli('versions', { store, isTerminal: true, now })).stdout).toMatchInlineSnapshot(`
    "VERSION  LATEST    WORKERS  ACTIVE  ALL  REGISTERED  APPLICATION
    v2       ● latest        0       0    0      5m ago  shop
    v1                       1       3    3      9m ago  shop
    "
  `)
  expect((await runCli('versions promote v1', { store })).stderr).toBe('v1 is the latest version now.\n')
  expect((await runCli('versions promote v1', { store })).code).toBe(9)
  expect((await runCli('versions promote v3', { store })).code).toBe(4)
  expect((await store.versions())[0]).toMatchObject({ version: 'v1', isLatest: true })
})

test('an application is renamed once its executors are stopped, and somebody said yes', async () => {
  const store = shop()
  const rename = 'versions rename-application shop store'
  const running = await runCli(`${rename} --yes`, { store })
  expect(running).toMatchObject({
    code: 9,
    stderr:
      'error: Executors of shop live: pod-1.\nhint: stop them first (drover workers), or say --while-running\n',
  })
  const rows = 'shop: 1 schedule, 2 versions, 3 workflows.'
  const dry = await runCli(`${rename} --dry-run -o json`, { store })
  expect(dry.stderr).toContain(rows)
  expect(JSON.parse(dry.stdout)).toMatchObject({ renamed: false, versions: 2, workflows: 3 })
  const no = await runCli(`${rename} --while-running`, { store, isTerminal: true, answers: [false] })
  expect(no).toMatchObject({ code: 130 })
  expect(no.stderr).toContain('Rename the application shop to store in fake database?')
  expect((await runCli(`${rename} --while-running --yes`, { store })).code).toBe(0)
  expect((await store.versions()).map(({ application }) => application)).toEqual(['store', 'store'])
  expect((await runCli('versions rename-application shop shop', { store })).code).toBe(2)
})
