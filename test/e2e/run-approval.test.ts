import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
})
afterAll(() => place.remove())

const approvalWith = async (id: string, ...answer: string[]) => {
  const running = place.start('run', 'approvalWorkflow', '3', '3600', '0', '--app', 'drover:demo', '--id', id)
  await place.reached(id, 'message')
  expect(await place.run(...answer)).toMatchObject({ code: 0, stdout: '' })
  const run = await running.ended
  return { ...run, result: JSON.parse(run.stdout) }
}

test('approved, rejected and timed out are three results, and a decision stays made', async () => {
  const approved = await approvalWith('a1', 'approve', 'a1', '--comment', 'looks fine', '--as', 'ada')
  expect(approved).toMatchObject({
    code: 0,
    result: { status: 'completed', decision: 'approved', by: 'ada', reason: 'looks fine' },
  })
  expect(await place.drover('approve', 'a1#1')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('already recorded by ada'),
  })
  expect(await place.drover('reject', 'a1#1', '--comment', 'no')).toMatchObject({ code: 9 })
  expect(await place.drover('approve', 'a1')).toMatchObject({ code: 9 })
  const rejected = await approvalWith('a2', 'reject', 'a2', '--comment', 'no')
  expect(rejected).toMatchObject({
    code: 0,
    result: { status: 'cancelled', decision: 'rejected', reason: 'no' },
  })
  const ignored = await place.run('run', 'approvalWorkflow', '3', '1', '--app', 'drover:demo')
  expect(ignored.code).toBe(0)
  expect(JSON.parse(ignored.stdout)).toMatchObject({ status: 'cancelled', decision: 'timed-out' })
})
