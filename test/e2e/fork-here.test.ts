import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { runDrover } from '../support/drover-process.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
})
afterAll(() => place.remove())

test('what failed elsewhere is exported, imported, and runs again in this process until it ends', async () => {
  const production = await createTestDatabase()
  onTestFinished(() => production.drop())
  const at = ['--db-url', production.target.url]
  const { home } = place
  const run = await runDrover(
    ['run', 'eventsWorkflow', '4', '0', '--id', 'order-17', '--app', 'drover:demo', ...at],
    { home },
  )
  expect(run.code).toBe(0)
  const exported = await runDrover(['export', 'order-17', ...at], { home })
  expect(exported.code).toBe(0)
  async function* chunks() {
    yield exported.stdout
  }
  await place.store.importWorkflows({ chunks: chunks(), newIds: false })
  const forked = await place.run(
    ...['fork', 'order-17', '--from', '2', '--id', 'copy', '--app', 'drover:demo'],
  )
  expect(forked).toMatchObject({ code: 0, stdout: run.stdout })
  expect(await place.store.get('copy')).toMatchObject({ status: 'SUCCESS', name: 'eventsWorkflow' })
  expect((await place.store.steps('copy')).length).toBe((await place.store.steps('order-17')).length)
})

test('what a filter finds is refused with --app', async () => {
  const filtered = await place.drover('fork', '--name', 'x', '--from', '0', '--app', 'drover:demo')
  expect(filtered).toMatchObject({ code: 2 })
  expect(filtered.stderr).toContain('--app takes ids')
})
