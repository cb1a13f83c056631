import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const app = ['--app', path.join(import.meta.dirname, '../../examples/publisher/publisher.ts')]
const failed = [
  { task: 7, error: 'task 7 has no address' },
  { task: 14, error: 'task 14 has no address' },
]

let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
})
afterAll(() => place.remove())

test('tasks go over the queue, and those that fail are listed in the result', async () => {
  const { code, stdout } = await place.run('run', 'process', '20', '10', ...app)
  const { inMemory, ...result } = JSON.parse(stdout)
  expect({ code, result }).toEqual({
    code: 0,
    result: { tasks: 20, failed, durable: 18, durableById: { workflow1: 9, workflow2: 9 } },
  })
  expect(Object.values(inMemory)).toEqual([18])
})

test('a kill in the middle loses nothing: the next worker counts from 0, the results go on', async () => {
  const goOn = await holdQueueAfter(8)
  const victim = place.start('run', 'process', '20', '50', '--id', 'publishing', ...app)
  await waitUntil('it is half-way', () => victim.stderr().includes('progress = {done: 8,'))
  victim.process.kill('SIGKILL')
  await victim.ended
  const { stdout: counters } = await place.drover('events', 'publishing', 'counters', '-o', 'json')
  const before = Number(/"durable":\s*(\d+)/.exec(counters)?.[1])
  expect(before).toBeGreaterThanOrEqual(6)
  expect(before).toBeLessThan(18)
  const { stdout: explained } = await place.drover('explain', 'publishing')
  expect(explained).toMatch(/Its executor .* is gone/)

  await goOn()
  const worker = place.start('worker', ...app)
  expect((await place.drover('wait', 'publishing')).code).toBe(0)
  worker.process.kill('SIGTERM')
  expect((await worker.ended).code).toBe(0)

  const { stdout } = await place.drover('get', 'publishing', '-o', 'json')
  const { output, recoveryAttempts, className, configName } = JSON.parse(stdout)
  expect({ recoveryAttempts, className, configName }).toEqual({
    recoveryAttempts: 2,
    className: 'Publisher',
    configName: 'publisher1',
  })
  expect(output).toMatchObject({ failed, durable: 18, durableById: { workflow1: 9, workflow2: 9 } })
  const [killedAt, fromZero, ...others] = Object.values<number>(output.inMemory)
  expect(killedAt).toBeGreaterThanOrEqual(before)
  expect(fromZero).toBeLessThan(18)
  expect(others).toEqual([])
  const { stdout: tasks } = await place.drover('list', '--parent', 'publishing', '--limit', '50', '-o', 'ids')
  expect(tasks.trimEnd().split('\n')).toHaveLength(20)
})

/** On no machine, however slow its looks are, more than `count` tasks are done before somebody looks. */
async function holdQueueAfter(count: number): Promise<() => Promise<unknown>> {
  await place.database.query(`
    create function public.hold() returns trigger language plpgsql as $$ begin
      new.rate_limit_max := ${count};
      new.rate_limit_period_sec := 3600;
      return new;
    end $$;
    create trigger hold before insert or update on dbos.queues for each row
      when (new.name = 'publisher_example_tasks') execute function public.hold();
    delete from dbos.queues where name = 'publisher_example_tasks'`)
  return () =>
    place.database.query(`
      drop function public.hold() cascade;
      update dbos.queues set rate_limit_max = null, rate_limit_period_sec = null where name = 'publisher_example_tasks'`)
}
