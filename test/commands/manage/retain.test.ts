import { expect, test } from 'vitest'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

const now = new Date('2026-03-01T00:00:00Z')
const day = (number: number) => new Date(Date.UTC(2026, 0, number))
const shop = () =>
  createFakeStore([
    ...[1, 2, 3, 4, 5].map((number) => ({
      workflowId: `old-${number}`,
      status: 'SUCCESS' as const,
      createdAt: day(number),
      completedAt: day(number),
      did: [{ step: 'a' }],
    })),
    { workflowId: 'goes on', createdAt: day(1) },
    { workflowId: 'its child', parentId: 'goes on', status: 'ERROR', createdAt: day(1), completedAt: day(1) },
    { workflowId: 'fresh', status: 'SUCCESS', createdAt: now, completedAt: now },
  ])

test('both rules have to hold, and what goes is told before somebody says yes', async () => {
  const store = shop()
  const line = 'retain --keep 3 --older-than 30d'
  expect(await runCli(`${line} --dry-run -o json`, { store, now })).toMatchObject({
    code: 0,
    stderr:
      '3 of the 7 that ended in fake database go, the oldest of 2026-01-01 00:00:00Z: the newest 3 stay, which ended since 2026-01-04 00:00:00Z.\nThat frees 3 steps, 0 stream values, 0 messages: 0 B of payloads.\n',
  })
  expect(await runCli(line, { store, now })).toMatchObject({ code: 2 })
  const no = await runCli(line, { store, now, isTerminal: true, answers: [false] })
  expect(no.code).toBe(130)
  expect(await store.list({ limit: 99 })).toHaveLength(8)
  const yes = await runCli(line, { store, now, isTerminal: true, answers: [true] })
  expect(yes.code).toBe(0)
  expect(yes.stderr).toContain('Delete 3 workflows in fake database?')
  expect(yes.stderr).toContain('3 deleted. Autovacuum gives the space back')
  expect((await store.list({ limit: 99 })).map(({ workflowId }) => workflowId).toSorted()).toEqual([
    ...['fresh', 'goes on', 'its child', 'old-4', 'old-5'],
  ])
  expect((await runCli(line, { store, now })).stderr).toBe(
    'Nothing to delete: none of the 4 that ended in fake database did so before 2026-01-04 00:00:00Z.\n',
  )
})

test('what is younger stays however many there are, and so few stay however old they are', async () => {
  const store = shop()
  const young = await runCli('retain --keep 0 --older-than 2026-01-03 --yes -o json', { store, now })
  expect(JSON.parse(young.stdout)).toMatchObject({ ended: 7, workflows: 2, deleted: 2, steps: 2 })
  const few = await runCli('retain --keep 100 --older-than 1d --yes', { store, now })
  expect(few).toMatchObject({
    code: 0,
    stderr: 'Nothing to delete: of the 5 that ended in fake database, the newest 100 stay.\n',
  })
})

test('both rules have to be said', async () => {
  for (const line of ['retain', 'retain --keep 3', 'retain --older-than 30d']) {
    const { code, stderr } = await runCli(line, { store: shop(), now })
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('hint: drover retain --keep'),
    })
  }
})

test('ctrl-c stops between two batches, and the same command goes on', async () => {
  const many = Array.from({ length: 200 }, (_, index) => ({
    workflowId: `old-${index}`,
    status: 'SUCCESS' as const,
    createdAt: day(1),
    completedAt: new Date(day(1).getTime() + index),
  }))
  const store = createFakeStore(many)
  const stop = new AbortController()
  const slept = Object.assign([] as number[], {
    push: () => {
      stop.abort('SIGINT')
      return 0
    },
  })
  const line = 'retain --keep 0 --older-than 1d --yes'
  const first = await runCli(line, { store, now, interrupt: stop.signal, slept })
  expect(first.code).toBe(130)
  expect(first.stderr).toContain('Interrupted: 50 deleted; the same command goes on.')
  expect(await runCli(line, { store, now, slept: [] })).toMatchObject({ code: 0 })
  expect(await store.list({ limit: 1 })).toEqual([])
})
