import { isDeepStrictEqual } from 'node:util'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase } from '../support/database.ts'
import { droverBin } from '../support/drover-process.ts'
import { type LiveStore, openLiveStore } from '../support/live-store.ts'
import { startInPty } from '../support/pty-session.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

const refund = DBOS.registerWorkflow(
  async (prompt: string) => {
    await DBOS.setEvent('status', 'checked')
    await DBOS.setEvent('awaiting:refund', { prompt })
    return DBOS.recv('refund', 3600)
  },
  { name: 'refund' },
)

let live: LiveStore
let home: string

beforeAll(async () => {
  live = await openLiveStore()
  home = await createHome()
})

afterAll(async () => {
  await live.close()
  await removeHome(home)
})

/** What a person sees first; times are of the moment. */
const frames = [
  {
    columns: 80,
    rows: 24,
    golden: [
      '3 waiting',
      '    WAIT      WORKFLOW  QUESTION              TOPIC  SINCE  LEFT  STATE',
      '❯ ◻ eur-80#2  refund    Refund 300 €?         refund  TIMES  ● waiting',
      '  ◻ yen-80#2  refund    返金しますか。        refund  TIMES  ● waiting',
      '  ◻ red-80#2  refund    Refund ␛[31m5␛[0m €?  refund  TIMES  ● waiting',
      '↑↓ move · space mark · * all · / filter · enter open · a approve · r reject',
      'q leave',
    ],
  },
  {
    columns: 40,
    rows: 15,
    golden: [
      '3 waiting',
      '    WAIT      QUESTION             STATE',
      '❯ ◻ eur-40#2  Refund 300 €?        ●',
      '  ◻ yen-40#2  返金しますか。       ●',
      '  ◻ red-40#2  Refund ␛[31m5␛[0m…   ●',
      '↑↓ move · space mark · * all · / filter',
      'enter open · a approve · r reject',
      'q leave',
    ],
  },
]

/** The title names a database of this run. */
function withoutTimes([title = '', ...lines]: readonly string[]): string[] {
  const still = lines.map((line) =>
    // How wide a column of times is depends on how late it is.
    line.replaceAll(/ +(?:now|\d+s ago)? +\d+m \d\ds/g, '  TIMES').replace(/ +SINCE +LEFT/, '  SINCE  LEFT'),
  )
  return [title.replace(/ in .*/, ''), ...still]
}

test.each(frames)(
  '$columns×$rows: filter, pick two, reject them with a reason',
  async ({ columns, rows, golden }) => {
    const { database, store } = live
    const questions = ['Refund 300 €?', '返金しますか。', 'Refund \x1b[31m5\x1b[0m €?']
    const ids = ['eur', 'yen', 'red'].map((id) => `${id}-${columns}`)
    const [eur = '', yen = '', red = ''] = ids
    const handles: { getResult(): Promise<unknown> }[] = []
    for (const [index, id] of ids.entries()) {
      handles.push(await DBOS.startWorkflow(refund, { workflowID: id })(questions[index] ?? ''))
      await waitUntil(`${id} waits`, async () => (await store.waits([id])).some(({ until }) => until))
    }
    const desk = startInPty(process.execPath, [droverBin, 'inbox'], {
      columns,
      rows,
      env: { DROVER_HOME: home, DROVER_DB_URL: database.target.url, NO_COLOR: '1', USER: 'ada' },
    })
    await desk.waitFor('3 waiting')
    await desk.waitFor('q leave')
    expect(withoutTimes(desk.screen.visible())).toEqual(golden)
    desk.type('/')
    await desk.waitFor('/█')
    desk.type('€')
    await desk.waitFor('2 of 3 waiting')
    desk.type('\r*')
    await desk.waitFor('2 marked')
    desk.type('\r')
    await desk.waitFor('event status: checked')
    await desk.waitFor('Your answer to all 2?')
    desk.type('\x1b[B\x1b[B\r')
    await desk.waitFor('Why not?')
    desk.type('not today\r')
    await desk.waitFor(`${red}#2 rejected by `)
    desk.type('q')
    expect(await desk.exitCode).toBe(0)
    expect(desk.screen.isCursorHidden()).toBe(false)
    for (const id of [eur, red]) {
      expect(await store.decisions({ workflowId: id })).toMatchObject([
        { outcome: 'stored', decision: 'rejected', comment: 'not today' },
      ])
    }
    expect(await store.waits([yen])).toMatchObject([{ state: 'waiting' }])
    await store.send({ workflowId: yen, topic: 'refund', message: null })
    await Promise.all(handles.map((handle) => handle.getResult()))
  },
)

test.each(frames)(
  '$columns×$rows: approve --all shows what it is about, and below it the question',
  async ({ columns, rows }) => {
    const many = await createTestDatabase()
    const did = [{ event: 'awaiting:refund', value: { prompt: 'Refund 300 €?' } }]
    for (let index = 0; index < 30; index += 1)
      await seedWorkflow(many, { workflowId: `order-${index}`, name: 'refund', did, createdAt: new Date() })
    const asking = startInPty(process.execPath, [droverBin, 'approve', '--all', '--name', 'refund'], {
      columns,
      rows,
      env: { DROVER_HOME: home, DROVER_DB_URL: many.target.url, NO_COLOR: '1', USER: 'ada' },
    })
    await asking.waitFor('Approve all 30?')
    await asking.waitFor('No')
    const shown = asking.screen.visible()
    const question = shown.findIndex((line) => line.includes('Approve all 30?'))
    expect(shown[0]).toContain('WAIT')
    expect(shown[question - 1]).toBe(`… ${30 - (question - 2)} more: drover inbox --name refund`)
    expect(shown.slice(question + 1).join('\n')).not.toContain('order-')
    asking.type('n')
    expect(await asking.exitCode).toBe(130)
    expect(asking.screen.text().slice(-2)).toEqual([
      'error: Nothing was approved.',
      'hint: drover inbox   # one by one',
    ])
    await many.drop()
  },
)

test('an open inbox shows what comes and goes, and stays on the question that was chosen', async () => {
  const open = await createTestDatabase()
  const ask = (workflowId: string) =>
    seedWorkflow(open, {
      workflowId,
      name: 'refund',
      createdAt: new Date(),
      did: [{ event: 'awaiting:refund', value: { prompt: `${workflowId}?` } }],
    })
  await ask('pay-1')
  await ask('pay-2')
  const desk = startInPty(process.execPath, [droverBin, 'inbox', '--db-url', open.target.url], {
    env: { DROVER_HOME: home, NO_COLOR: '1', USER: 'ada' },
  })
  await desk.waitFor('2 waiting')
  desk.type('\x1b[B')
  await desk.waitFor('❯ ◻ pay-2#1')
  await ask('pay-3')
  await desk.waitFor('3 waiting')
  await openStore(open.target).then(async (store) => {
    await store.manage('cancel', [{ workflowId: 'pay-1', status: 'PENDING' }])
    await store.close()
  })
  await desk.waitFor('2 waiting')
  const rows = () => desk.screen.visible().filter((line) => line.includes('◻'))
  const are = (...expected: readonly string[]) =>
    waitUntil(`the rows are ${expected}`, () =>
      isDeepStrictEqual(
        rows().map((line) => line.slice(0, 11)),
        expected,
      ),
    )
  await are('❯ ◻ pay-2#1', '  ◻ pay-3#1')
  desk.type('\r')
  await desk.waitFor('1 of 2')
  await openStore(open.target).then(async (store) => {
    await store.manage('cancel', [{ workflowId: 'pay-2', status: 'PENDING' }])
    await store.close()
  })
  await desk.waitFor('It does not wait any more.')
  desk.type('\x1b')
  await desk.waitFor('1 waiting')
  desk.type('q')
  expect(await desk.exitCode).toBe(0)
  await open.drop()
})

test('ctrl-c at a question leaves, and what is typed then decides nothing', async () => {
  const few = await createTestDatabase()
  const did = [{ event: 'awaiting:refund', value: { prompt: 'Refund 300 €?' } }]
  for (const workflowId of ['pay-1', 'pay-2', 'pay-3'])
    await seedWorkflow(few, { workflowId, name: 'refund', did, createdAt: new Date() })
  const desk = () =>
    startInPty(process.execPath, [droverBin, 'inbox', '--db-url', few.target.url], {
      env: { DROVER_HOME: home, NO_COLOR: '1', USER: 'ada' },
    })
  const left = desk()
  await left.waitFor('q leave')
  left.type('\x1b[B\x1b[B\r')
  await left.waitFor('esc list')
  left.type('\x03')
  expect(await left.exitCode).toBe(130)
  const typedInto = desk()
  await typedInto.waitFor('q leave')
  typedInto.type('a')
  await typedInto.waitFor('Approve pay-1#1: Refund 300 €?')
  typedInto.type('cat jklh pay\r')
  await typedInto.waitFor('back to the list\n3 waiting')
  typedInto.type('q')
  expect(await typedInto.exitCode).toBe(0)
  const outcomes = await openStore(few.target).then(async (store) => {
    const { waits } = await store.inbox({})
    await store.close()
    return waits.map(({ state }) => state)
  })
  expect(outcomes).toEqual(['waiting', 'waiting', 'waiting'])
  await few.drop()
})
