import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DroverProcess, untilReady } from '../support/drover-process.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

/** `fork --app`, whose copy runs in the process that was typed: it asks, and waits for somebody's answer. */
let place: Workplace
let running: DroverProcess[]

const app = ['--app', 'drover:demo']
const seconds = '100000'

beforeEach(async () => {
  place = await createWorkplace()
  running = []
  const original = place.start('run', 'approvalWorkflow', '2', seconds, '--id', 'original', ...app)
  running.push(original)
  await approve('original')
  expect(await original.ended).toMatchObject({ code: 0 })
})

afterEach(async () => {
  for (const { process, ended } of running) {
    process.kill('SIGKILL')
    await ended
  }
  await place.remove()
})

function start(...args: readonly string[]): DroverProcess {
  const started = place.start(...args)
  running.push(started)
  return started
}

const fork = (id: string) => start('fork', 'original', '--from', '0', '--id', id, ...app)

async function approve(id: string): Promise<void> {
  await place.reached(id, 'message')
  expect(await place.drover('approve', id)).toMatchObject({ code: 0 })
}

const copiesOf = async (): Promise<readonly string[]> =>
  (
    await place.database.query(
      `select workflow_uuid as id from dbos.workflow_status where forked_from = 'original' order by 1`,
    )
  ).map(({ id }) => String(id))

test.each(['SIGKILL', 'SIGINT'] as const)(
  'after %s in the middle the copy is there once, and a worker goes on with it',
  async (signal) => {
    const forking = fork('copy')
    await place.reached('copy', 'message')
    forking.process.kill(signal)
    const ended = await forking.ended
    expect(ended.code).toBe(signal === 'SIGKILL' ? null : 130)
    const worker = start('worker', ...app)
    await untilReady(worker)
    await approve('copy')
    await waitUntil('it ended', async () => (await place.store.get('copy'))?.status === 'SUCCESS')
    expect(await copiesOf()).toEqual(['copy'])
    expect((await place.store.get('copy'))?.output).toMatchObject({ status: 'completed' })
    expect(await place.store.steps('copy')).toHaveLength((await place.store.steps('original')).length)
  },
)

test('beside a live worker the copy runs once, whoever takes it, and its result is printed', async () => {
  const worker = start('worker', ...app)
  await untilReady(worker)
  const forking = fork('copy')
  await approve('copy')
  const { code, stdout } = await forking.ended
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, status: 'completed' })
  expect(await place.store.steps('copy')).toHaveLength((await place.store.steps('original')).length)
  expect(worker.process.exitCode).toBe(null)
})

test('of two who take the same id at once one has the copy, and the other is told', async () => {
  const forks = [fork('copy'), fork('copy')]
  await approve('copy')
  const runs = await Promise.all(forks.map(({ ended }) => ended))
  expect(runs.map(({ code }) => code).sort()).toEqual([0, 9])
  expect(runs.find(({ code }) => code === 9)?.stderr).toContain('copy')
  expect(await copiesOf()).toEqual(['copy'])
  expect(await place.store.get('copy')).toMatchObject({ status: 'SUCCESS' })
})
