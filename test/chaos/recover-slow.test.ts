import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enqueue, type Pod, prepare, readReport, startPod } from '../support/crash-cluster.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { runDrover, startDrover } from '../support/drover-process.ts'
import { type SlowProxy, startSlowProxy } from '../support/slow-proxy.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

let database: TestDatabase
let home: string
let proxy: SlowProxy
const pods: Pod[] = []

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  home = await createHome()
  proxy = await startSlowProxy(database.target.url)
  await prepare(database)
  await waitUntil('the server has settled', async () => {
    const [row] = await database.query(`select now() - pg_postmaster_start_time() > '10 s' as settled`)
    return row?.settled === true
  })
})

afterAll(async () => {
  for (const { process: child } of pods) child.kill('SIGKILL')
  proxy?.close()
  await database.drop()
  await removeHome(home)
})

async function launch(url = database.target.url): Promise<Pod> {
  const pod = await startPod(url)
  pods.push(pod)
  return pod
}

async function kill({ process: child }: Pod): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const fourOf = (name: string) => [0, 1, 2, 3].map((index) => `${name}-${index}`)

/** The executor that has all four of them; a worker runs no more than four. */
async function isRunBy(name: string, { executorId }: Pod): Promise<boolean> {
  const rows = await database.query(
    `select 1 from dbos.workflow_status
     where starts_with(workflow_uuid, $1) and status = 'PENDING' and executor_id = $2`,
    [name, executorId],
  )
  return rows.length === 4
}

const recover = (...args: readonly string[]) => [
  'recover',
  ...['--grace', '500ms', '-o', 'jsonl', '--db-url', database.target.url],
  ...args,
]

const rowsOf = (stdout: string): { workflowId: string; outcome: string; executorId: string }[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

const takenFrom = (executorId: string, stdout: string) =>
  rowsOf(stdout)
    .filter((row) => row.executorId === executorId && row.outcome === 'handed-over')
    .map(({ workflowId }) => workflowId)
    .sort()

test('what lives on a slow database keeps everything, what was killed beside it is taken', async () => {
  const slow = await launch(proxy.urlOf(database.target.url))
  await enqueue(database, fourOf('slow'), [2, 4000])
  await waitUntil('the slow one has its four', () => isRunBy('slow', slow))
  proxy.delay(300)

  const victim = await launch()
  await enqueue(database, fourOf('left'), [4, 1000])
  await waitUntil('the victim has its four', () => isRunBy('left', victim))
  await kill(victim)
  const taker = await launch()
  const first = await runDrover(recover(), { home })
  expect(rowsOf(first.stdout)).toHaveLength(4)
  expect(takenFrom(victim.executorId, first.stdout)).toEqual(fourOf('left'))
  expect(await isRunBy('slow', slow)).toBe(true)

  await waitUntil('another one has them', () => isRunBy('left', taker))
  proxy.stall()
  await kill(taker)
  const heir = await launch()
  const watch = startDrover(recover('--watch', '--every', '500ms'), { home })
  await waitUntil('the next one has them', () => isRunBy('left', heir))
  // Many looks at an executor whose queries are not answered at all.
  await waitUntil('what was left has ended', async () => (await readReport(database)).statuses.SUCCESS === 4)
  expect(await isRunBy('slow', slow)).toBe(true)

  proxy.flow()
  await waitUntil('all have ended', async () => (await readReport(database)).statuses.SUCCESS === 8, 40_000)
  watch.process.kill('SIGTERM')
  const { stdout } = await watch.ended
  expect(rowsOf(stdout)).toHaveLength(4)
  expect(takenFrom(taker.executorId, stdout)).toEqual(fourOf('left'))

  expect(await readReport(database)).toMatchObject({ statuses: { SUCCESS: 8 }, endings: { 1: 8 } })
  const attempts = await database.query(
    `select distinct executor_id, count(*) over ()::int as count from public.attempt where starts_with(workflow_id, 'slow')`,
  )
  expect(attempts).toEqual([{ executor_id: slow.executorId, count: 8 }])
}, 90_000)
