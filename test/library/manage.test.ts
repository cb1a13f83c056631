import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createTestDrover } from '../support/fake-library.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { fakeEpoch } from '../support/fake-workflow.ts'

const ended = (workflowId: string) => ({
  workflowId,
  name: 'work',
  status: 'ERROR' as const,
  did: [{ step: 'first' }, { step: 'second', error: { name: 'Error', message: 'no' } }],
})

test('a fork goes on from the step that failed, in a copy', async () => {
  const store = createFakeStore([ended('a')])
  const [forked, nobody] = await createTestDrover(store).fork(['a', 'nobody'], { from: 'failed' })
  expect(forked).toMatchObject({ workflowId: 'a', outcome: 'changed', before: 'ERROR' })
  expect(nobody).toMatchObject({ outcome: 'not-found', newWorkflowId: null })
  expect(store.managed[0]?.targets).toMatchObject([{ fromStep: 1, newWorkflowId: forked?.newWorkflowId }])
})

test('a rewind is refused where the status, or the steps, do not allow it', async () => {
  const store = createFakeStore([ended('a'), { workflowId: 'runs', name: 'work', did: [{ step: 'first' }] }])
  const drover = createTestDrover(store)
  const [rewound, running] = await drover.rewind(['a', 'runs'], { from: 0 })
  expect(rewound).toMatchObject({ outcome: 'changed', newWorkflowId: null })
  expect(running).toMatchObject({ outcome: 'no-op', reason: expect.any(String) })
  const [far] = await drover.rewind('a', { from: 99 })
  expect(far).toMatchObject({ outcome: 'no-op' })
  await expect(drover.fork('a', { from: 0, queue: 'nobody-registered' })).rejects.toMatchObject({
    code: 'invalid-argument',
  })
})

test('what a dead executor left goes to living ones of its version, and is left where there are none', async () => {
  const lost = { workflowId: 'lost', executorId: 'dead', version: 'v1', application: 'example' }
  const live = { executorId: 'w1', application: 'example', version: 'v1', since: fakeEpoch }
  const store = createFakeStore([lost], { gone: ['dead'], executors: [live] })
  const drover = createTestDrover(store)
  const row = { workflowId: 'lost', executorId: 'dead', version: 'v1' }
  expect(await drover.recover({ graceMs: 0, dryRun: true })).toMatchObject([
    { ...row, outcome: 'would-hand-over' },
  ])
  const other = { graceMs: 0, application: ['other'] }
  expect(await drover.recover(other)).toEqual([])
  expect(await drover.recover({ graceMs: 0, workflowIds: ['lost', 'nobody'] })).toEqual([
    { ...row, outcome: 'handed-over', reason: 'w1 can take them' },
    { workflowId: 'nobody', outcome: 'not-found', executorId: null, version: null, reason: null },
  ])
  const alone = createTestDrover(createFakeStore([lost], { gone: ['dead'] }))
  expect(await alone.recover({ graceMs: 0 })).toEqual([
    { ...row, outcome: 'stranded', reason: 'no living worker runs version v1' },
  ])
})

test('to a version that is named goes also what is enqueued for one that nobody runs', async () => {
  const waiting = {
    workflowId: 'waiting',
    status: 'ENQUEUED' as const,
    queue: 'mails',
    version: 'v1',
    application: 'example',
  }
  const live = { executorId: 'w2', application: 'example', version: 'v2', since: fakeEpoch }
  const drover = createTestDrover(createFakeStore([waiting], { executors: [live] }))
  expect(await drover.recover({ graceMs: 0 })).toEqual([])
  expect(await drover.recover({ graceMs: 0, toVersion: 'v2' })).toMatchObject([
    { workflowId: 'waiting', outcome: 'handed-over', version: 'v2' },
  ])
})

test('why a workflow is where it is', async () => {
  const drover = createTestDrover(createExampleStore())
  const [explanation] = await drover.explain('asking')
  expect(explanation.situation.workflow.workflowId).toBe('asking')
  expect(explanation.diagnosis.causes.length).toBeGreaterThan(0)
  await expect(drover.explain('nobody')).rejects.toMatchObject({ code: 'workflow-not-found' })
})

test('a link answers a wait in a name, and one that is over has none', async () => {
  const store = createExampleStore()
  const drover = createTestDrover(store, { env: { DROVER_PUBLIC_URL: 'https://drover.example' } })
  expect(await drover.link('asking#1', { as: 'ada' })).toMatch(/^https:\/\/drover\.example\/a\/[\w.-]+$/)
  await drover.approve('asking#1', { as: 'ada' })
  await expect(drover.link('asking#1', { as: 'ada' })).rejects.toMatchObject({ code: 'wait-not-found' })
})

test('what ended is told in figures, who works, and what is wrong', async () => {
  const at = (ms: number) => new Date(fakeEpoch.getTime() + ms)
  const store = createFakeStore(
    [
      { workflowId: 'a', name: 'work', status: 'SUCCESS', createdAt: at(0), completedAt: at(1000) },
      { workflowId: 'b', name: 'work', status: 'ERROR', createdAt: at(0), completedAt: at(3000) },
      { workflowId: 'c', name: 'work', executorId: 'w1', createdAt: at(0) },
    ],
    { executors: [{ executorId: 'w1', application: 'example', version: 'v1', since: fakeEpoch }] },
  )
  const drover = createTestDrover(store)
  const stats = await drover.stats({ since: at(0), until: at(60_000) })
  expect(stats).toMatchObject({ ended: 2, failed: 1, names: [{ name: 'work', ended: 2 }] })
  expect((await drover.stats({ name: 'other', since: at(0), until: at(60_000) })).ended).toBe(0)
  await expect(drover.stats({ since: at(1), until: at(0) })).rejects.toMatchObject({
    code: 'invalid-argument',
  })
  expect(await drover.workers()).toMatchObject([{ executorId: 'w1', running: ['c'] }])
  const findings = await drover.doctor()
  expect(findings.map(({ check }) => check)).toContain('database')
})
