import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { lendStore } from '../support/lend-store.ts'
import { runCli } from '../support/run-cli.ts'
import { sitDown } from '../support/sit-down.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { enterAndLeave, seedForTop, views, ways } from '../support/top-in-pty.ts'

let database: TestDatabase
let store: Store
let home: string

beforeAll(async () => {
  database = await createTestDatabase()
  store = await openStore(database.target)
  home = await createHome()
  await seedForTop(database)
})

afterAll(async () => {
  await store.close()
  await database.drop()
  await removeHome(home)
})

test('two people decide one wait: one decision, and the other is told by whom', async () => {
  const [ada, bob] = [sitDown(store, 'top', { actor: 'ada' }), sitDown(store, 'top', { actor: 'bob' })]
  for (const one of [ada, bob]) {
    await one.until('eur-1')
    one.press(':', ...'inbox', 'return')
    await one.until('Refund 300 €?')
    one.press('/', ...'eur', 'return')
  }
  ada.press('a')
  bob.press('r', ...'not today', 'return')
  await ada.until('Approve eur-1#1 of refund: Refund 300 €?')
  await bob.until('Because: not today')
  ada.press('y')
  await ada.until('eur-1#1 approved by ada.')
  bob.press('y')
  await bob.until('eur-1#1 was decided otherwise by ada')
  ada.press('q')
  bob.press('q')
  expect([(await ada.ended).code, (await bob.ended).code]).toEqual([0, 0])
  const decisions = await store.decisions({ workflowId: 'eur-1' })
  expect(decisions.filter(({ outcome }) => outcome === 'stored')).toMatchObject([
    { by: 'ada', decision: 'approved' },
  ])
})

test('cancel, resume and fork from the cockpit change the one that was named', async () => {
  const ops = sitDown(store, 'top', { actor: 'ops' })
  await ops.until('order-4')
  ops.press('/', ...'order-4', 'return', 'c')
  await ops.until('Cancel order-4 of checkout?')
  ops.press('y')
  await ops.until('order-4 of checkout was cancelled.')
  await ops.until('CANCELLED')
  ops.press('R')
  await ops.until('Resume order-4 of checkout?')
  ops.press('y')
  await ops.until('order-4 of checkout was resumed.')
  ops.press('f')
  await ops.until('Fork order-4 of checkout from step')
  ops.press('return')
  await ops.until('Fork order-4 of checkout from step 0?')
  ops.press('y')
  await ops.until('order-4 of checkout was forked.')
  ops.press('q')
  await ops.ended
  expect((await store.lineage('order-4'))?.forks).toHaveLength(1)
  expect((await store.states(['order-4', 'yen-2'])).map(({ status }) => status).sort()).toEqual([
    'ENQUEUED',
    'PENDING',
  ])
})

test('without an id a terminal offers the workflows, and elsewhere it is a slip', async () => {
  for (const line of ['get', 'explain', 'events', 'stream', 'watch']) {
    const slip = await runCli(line, { store: lendStore(store) })
    expect(slip.code, line).toBe(2)
    expect(slip.stderr, line).toContain(`hint: drover ${line} @last`)
  }
  const picking = sitDown(store, 'get', { actor: 'ada' })
  await picking.until('get which workflow?')
  await picking.until('yen-2')
  picking.press('/', ...'yen', 'return', 'return')
  const { code, stdout } = await picking.ended
  expect({ code, isShown: stdout.includes('yen-2') }).toEqual({ code: 0, isShown: true })
  const leaving = sitDown(store, 'explain', { actor: 'ada' })
  await leaving.until('yen-2')
  leaving.press('escape')
  expect(await leaving.ended).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('No workflow was chosen.'),
  })
  const cancelling = sitDown(store, 'cancel', { actor: 'ada' })
  await cancelling.until('red-3')
  cancelling.press('/', ...'red', 'return', 'return')
  await cancelling.until('Cancel red-3 of refund?')
  cancelling.press('y')
  expect((await cancelling.ended).code).toBe(0)
  expect((await store.get('red-3'))?.status).toBe('CANCELLED')
})

test('what is deleted while it is looked at is said to be gone', async () => {
  const ops = sitDown(store, 'top', { actor: 'ops' })
  await ops.until('eur-1')
  ops.press('/', ...'eur-1', 'return')
  await ops.until('workflows › /eur-1')
  ops.press('return')
  await ops.until('why  ')
  await database.query("delete from dbos.workflow_status where workflow_uuid = 'eur-1'")
  await ops.until('It is not there any more')
  ops.press('c')
  await ops.until('Cancel eur-1 of refund?')
  ops.press('y')
  await ops.until('eur-1 of refund: it is not there any more.')
  ops.press('q')
  expect((await ops.ended).code).toBe(0)
})

test.each(views.map((view, place) => ({ ...view, way: ways[place % ways.length] ?? 'q' })))(
  'in the view $name it follows the size, and $way gives the terminal back',
  (view) => enterAndLeave({ database, home }, view, view.way),
)
