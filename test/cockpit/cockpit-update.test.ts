import { beforeAll, expect, test } from 'vitest'
import type { Cockpit, Effect, Message, Purpose, Screen } from '../../src/cockpit/cockpit-model.ts'
import { initialCockpit, shownSource, updateCockpit } from '../../src/cockpit/cockpit-update.ts'
import { cockpitView } from '../../src/cockpit/cockpit-view.ts'
import { createInboxScreen } from '../../src/cockpit/screens/inbox-screen.ts'
import { createQueuesScreen } from '../../src/cockpit/screens/queues-screen.ts'
import { createWorkflowScreen } from '../../src/cockpit/screens/workflow-screen.ts'
import { createWorkflowsScreen } from '../../src/cockpit/screens/workflows-screen.ts'
import { createWaitKnowledge, type KnownWait } from '../../src/core/decide/known-waits.ts'
import { explain } from '../../src/core/diagnosis/explain-workflow.ts'
import type { BoardRow } from '../../src/core/store.ts'
import { createStyle } from '../../src/render/style.ts'
import { changesOf, createShop, now } from './shop.ts'

let rows: readonly BoardRow[]
let waits: readonly KnownWait[]

beforeAll(async () => {
  const store = createShop()
  rows = (await store.board({ roots: { limit: 50 }, isAsked: () => true })).rows
  waits = await createWaitKnowledge(store, {})((await store.inbox({})).waits)
})

const surroundings = { own: true, isBeforeSdk5: false, app: undefined, workflows: {} }

/** Somebody at the cockpit: types, and is shown what is read. */
function sit(screen: Screen, purpose: Purpose = { kind: 'top' }) {
  let cockpit: Cockpit = initialCockpit({ database: 'shop', profile: null, purpose, surroundings, screen })
  const effects: Effect[] = []
  const take = (message: Message) => {
    const turn = updateCockpit(cockpit, message)
    cockpit = turn.cockpit
    effects.push(...turn.effects)
  }
  const seat = {
    take,
    read: (data: Extract<Message, { type: 'data' }>['data']) =>
      take({ type: 'data', source: shownSource(cockpit), data }),
    type: (...keys: readonly string[]) => {
      for (const name of keys) {
        const char = [...name].length === 1 ? name : undefined
        take({ type: 'key', key: { name, char, ctrl: false }, now })
      }
      return seat
    },
    press: (key: Partial<Extract<Message, { type: 'key' }>['key']>) =>
      take({ type: 'key', key: { name: '', char: undefined, ctrl: false, ...key }, now }),
    effects: () => effects.splice(0),
    cockpit: () => cockpit,
    lines: () => cockpitView(cockpit, { style: createStyle(0), now }).map((line) => line.trimEnd()),
    text: () => seat.lines().join('\n'),
    cursor: () => seat.lines().find((line) => line.startsWith('❯')),
  }
  return seat
}

const page = (of: readonly BoardRow[]) => ({ kind: 'page', after: undefined, isEnd: true, rows: of }) as const

function atWorkflows() {
  const seat = sit(createWorkflowsScreen())
  seat.read(page(rows))
  return seat
}

test('enter goes in, escape back, and the cursor is where it was', () => {
  const seat = atWorkflows().type('down', 'down', 'return')
  expect(seat.lines()[0]).toContain('workflows › refund-7')
  expect(seat.type('escape').cursor()).toContain('refund-7')
  expect(seat.type('escape').text()).toContain('q leaves')
  expect(seat.type('q').effects()).toEqual([{ kind: 'leave' }])
})

test('the cursor stays on its workflow when others come and go', () => {
  const seat = atWorkflows().type('down', 'down')
  const [first, ...others] = rows
  if (!first) throw new Error('there are rows')
  const newer = { ...first, workflowId: 'newer', createdAt: now }
  seat.read(page([newer, first, ...others]))
  expect(seat.cursor()).toContain('refund-7')
  seat.read(page(rows.filter(({ workflowId }) => workflowId !== first.workflowId)))
  expect(seat.cursor()).toContain('refund-7')
})

test('where one is picked nothing that is new comes below the cursor, not even at the first place', () => {
  const seat = sit(createWorkflowsScreen('all', undefined, true), {
    kind: 'pick',
    verb: 'get',
    changes: false,
  })
  seat.read(page(rows))
  const [first] = rows
  if (!first) throw new Error('there are rows')
  const newer = { ...first, listed: undefined, workflowId: 'newer', createdAt: now }
  seat.read(page([newer, ...rows]))
  expect(seat.text()).toContain('newer')
  expect(seat.cursor()).toContain(first.workflowId)
  seat.type('return')
  expect(seat.effects()).toEqual([{ kind: 'choose', workflowId: first.workflowId }])
})

test('a filter narrows while it is typed, moves with arrows, and goes with escape before the view does', () => {
  const seat = atWorkflows().type('/', 'r', 'e', 'f', 'down')
  expect(seat.lines().filter((line) => /^[❯ ] refund/.test(line))).toHaveLength(3)
  expect(seat.cursor()).toContain('refund-6')
  seat.type('return')
  expect(seat.cursor()).toContain('refund-6')
  seat.type('escape')
  expect(seat.text()).toContain('oldver-1')
  expect(seat.type('/', 'x', 'y', 'z').text()).toContain('nothing matches /xyz')
})

test('tabs have workflows of their own, and a digit names one', () => {
  const seat = atWorkflows()
  expect(seat.type('tab').lines()[1]).toContain('[running]')
  expect(seat.type('backtab', 'backtab').lines()[1]).toContain('[failed]')
  expect(seat.text()).toContain('looking …')
  seat.type('4')
  seat.read(page([]))
  expect(seat.text()).toContain('nothing is stuck')
})

test('what changes something asks, names the workflow, and only y does it', () => {
  const seat = atWorkflows().type('down', 'c')
  expect(seat.text()).toContain('Cancel ord-1 of checkout?')
  seat.type('return')
  expect(seat.effects()).toEqual([])
  expect(seat.text()).toContain('Nothing was done.')
  seat.type('c', 'y')
  expect(seat.effects()).toMatchObject([{ kind: 'manage', verb: 'cancel', subject: { workflowId: 'ord-1' } }])
  expect(seat.type('R').text()).toContain('ord-1 is already PENDING: nothing to resume')
})

test('however small the screen, a question names what it is about, and says which key does it', () => {
  const seat = atWorkflows().type('down', 'c')
  for (const [columns, rows] of [
    [20, 5],
    [20, 3],
    [20, 2],
  ] as const) {
    seat.take({ type: 'size', columns, rows })
    const lines = seat.lines()
    expect([lines.length, lines.at(-1)]).toEqual([rows, 'y/N'])
    expect(seat.text()).toContain('Cancel ord-1')
  }
})

test('what is pasted decides nothing', () => {
  const seat = atWorkflows().type('down', 'c')
  seat.press({ name: 'paste', char: 'y' })
  expect(seat.effects()).toEqual([])
  seat.press({ name: 'paste', char: 'cy' })
  expect(seat.effects()).toEqual([])
})

test('fork asks from which step, and then whether', () => {
  const seat = atWorkflows().type('f')
  const [effect] = seat.effects()
  expect(effect).toMatchObject({ kind: 'find-bounds', subject: { workflowId: 'oldver-1' } })
  if (effect?.kind !== 'find-bounds') throw new Error('it looks for the steps')
  const { subject } = effect
  seat.take({
    type: 'bounds-found',
    subject,
    bounds: { workflowId: 'oldver-1', lastStep: 3, failedStep: 2, namedStep: null },
  })
  expect(seat.text()).toContain('Fork oldver-1 of checkout from step 0 … 3, failed')
  expect(seat.type('return').text()).toContain('Fork oldver-1 of checkout from step 2?')
  seat.type('y')
  expect(seat.effects()).toMatchObject([{ kind: 'fork', fromStep: 2 }])
  seat.take({
    type: 'bounds-found',
    subject,
    bounds: { workflowId: 'oldver-1', lastStep: 3, failedStep: null, namedStep: null },
  })
  seat.type('backspace', '9', 'return')
  expect(seat.text()).toContain('has no such step')
})

test('a decision on a workflow is one on its only open wait', () => {
  const seat = atWorkflows().type('down', 'down', 'a')
  const [effect] = seat.effects()
  expect(effect).toMatchObject({
    kind: 'find-waits',
    verdict: 'approved',
    subject: { workflowId: 'refund-7' },
  })
  const subject = { workflowId: 'refund-7', name: 'refund', status: undefined }
  const own = waits.filter(({ workflowId }) => workflowId === 'refund-7')
  const found = (some: readonly KnownWait[]) =>
    seat.take({ type: 'waits-found', subject, verdict: 'approved', waits: some })
  found([])
  expect(seat.text()).toContain('refund-7 waits for no answer')
  found([...own, ...own.map((wait) => ({ ...wait, step: 9 }))])
  expect(seat.text()).toContain('2 open waits: choose one in :inbox')
  found(own)
  expect(seat.text()).toContain('Approve refund-7#3 of refund: Refund ␛[2J')
  seat.type('y')
  expect(seat.effects()).toMatchObject([{ kind: 'decide', verdict: 'approved', comment: null }])
})

test('a rejection needs a reason, and asks with it', () => {
  const seat = sit(createInboxScreen())
  seat.read({ kind: 'inbox', waits, total: waits.length })
  expect(seat.type('r', 'return').text()).toContain('A rejection needs a reason.')
  expect(seat.type('r', 'n', 'o', 'return').text()).toContain('Because: no')
  seat.type('y')
  expect(seat.effects()).toMatchObject([{ kind: 'decide', verdict: 'rejected', comment: 'no' }])
})

test('an answer of my own is JSON, and a topic that nobody knows is asked for', () => {
  const seat = sit(createInboxScreen())
  const [first] = waits
  if (!first) throw new Error('somebody waits')
  const silent: KnownWait = { ...first, asked: false, topic: undefined, prompt: null, source: 'inferred' }
  seat.read({ kind: 'inbox', waits: [silent], total: 1 })
  expect(seat.type('a').text()).toContain('On which topic does it wait?')
  seat.type('p', 'a', 'y', 'return')
  expect(seat.text()).toContain('answered on topic pay')
  seat.type('m', '4', '2', 'return', 'y')
  expect(seat.effects()).toMatchObject([{ kind: 'decide', topic: 'pay', message: 42 }])
})

test(': goes to a view, completes its name, finds an id, and never opens a view twice', () => {
  const seat = atWorkflows().type(':', 'q', 'u', 'e', 'tab', 'return')
  expect(seat.lines()[0]).toContain('workflows › queues')
  seat.type(':', 'd', 'o', 'c', 't', 'o', 'r', 'return', ':', 'q', 'u', 'e', 'u', 'e', 's', 'return')
  expect(seat.cockpit().screens.map(({ kind }) => kind)).toEqual(['workflows', 'queues'])
  expect(seat.type(':', 'i', 'n', 'b', 'x', 'return').text()).toContain('No view is called so; :inbox?')
  seat.type(':', ...'order-17', 'return')
  expect(seat.effects()).toEqual([{ kind: 'find-workflow', typed: 'order-17' }])
})

test('a queue leads to its workflows', () => {
  const seat = sit(createQueuesScreen())
  const queue = {
    ...{ name: 'jobs', application: null, enqueued: 1, delayed: 0, running: 0, oldestAt: null },
    ...{
      concurrency: null,
      workerConcurrency: null,
      rateLimit: null,
      pollMs: 100,
      isPartitioned: false,
      pause: null,
    },
    ...{ partitionConcurrency: null, partitionWorkerConcurrency: null, partitionRateLimit: null },
  }
  seat.read({ kind: 'queues', queues: [queue] })
  seat.type('return')
  expect(seat.lines()[0]).toContain('queues › workflows on jobs')
})

test('? shows the keys of this view, and y copies an id', () => {
  const seat = atWorkflows().type('?')
  expect(seat.text()).toContain('copy id')
  seat.type('x')
  expect(seat.text()).not.toContain('copy id  ')
  seat.type('y')
  expect(seat.effects()).toEqual([{ kind: 'copy', text: 'oldver-1' }])
})

test('an id with a line break is copied as a shell reads it, so that pasting it runs nothing', () => {
  const [row] = rows
  if (!row) throw new Error('there is no row')
  const seat = sit(createWorkflowsScreen())
  seat.read(page([{ ...row, workflowId: 'a\ntouch b\n' }]))
  seat.type('y')
  expect(seat.effects()).toEqual([{ kind: 'copy', text: "$'a\\ntouch b\\n'" }])
  expect(seat.text()).toContain("Copied as a shell reads it: $'a\\ntouch b\\n'")
})

test('a picker chooses, and does nothing else; what changes something asks', () => {
  const picking = (changes: boolean) => {
    const seat = sit(createWorkflowsScreen(), { kind: 'pick', verb: changes ? 'cancel' : 'watch', changes })
    seat.read(page(rows))
    return seat
  }
  const watch = picking(false)
  expect(watch.lines()[0]).toContain('watch which workflow?')
  watch.type('c', 'a', ':', 'down', 'return')
  expect(watch.effects()).toEqual([{ kind: 'choose', workflowId: 'ord-1' }])
  expect(watch.type('escape').effects()).toEqual([{ kind: 'leave' }])
  const cancel = picking(true).type('return')
  expect(cancel.effects()).toEqual([])
  expect(cancel.text()).toContain('Cancel oldver-1 of checkout?')
  expect(cancel.type('y').effects()).toEqual([{ kind: 'choose', workflowId: 'oldver-1' }])
})

test('ten thousand workflows scroll by pages of what is in view', () => {
  const [first] = rows
  if (!first) throw new Error('there are rows')
  const many = Array.from({ length: 10_000 }, (_, index) => ({
    ...first,
    listed: undefined,
    workflowId: `wf-${index}`,
    createdAt: new Date(now.getTime() - index * 1000),
  }))
  const seat = sit(createWorkflowsScreen())
  seat.read(page(many))
  seat.type('end')
  expect(seat.cursor()).toContain('wf-9999')
  seat.type('home', 'pagedown')
  expect(seat.cursor()).toContain('wf-19')
  seat.read({ kind: 'refreshed', ids: ['wf-19', 'wf-20'], rows: many.slice(20, 21) })
  expect(seat.cursor()).toContain('wf-20')
})

test('a workflow that is deleted while it is looked at is said to be gone, and why is not told any more', async () => {
  const seat = sit(createWorkflowScreen('ord-1', surroundings))
  for (const change of await changesOf(createShop(), 'ord-1'))
    seat.read({ kind: 'watch', message: { type: 'change', change } })
  const explanations = await explain(createShop(), 'ord-1', {})
  if (explanations) seat.read({ kind: 'explain', explanations })
  expect(seat.text()).toContain('Its executor web-2 is gone')
  seat.read({ kind: 'gone' })
  expect(seat.text()).toContain('! It is not there any more')
  expect(seat.text()).not.toContain('Its executor web-2 is gone')
})

test('a key among ten thousand workflows looks at no more of them than among a hundred', () => {
  const [first] = rows
  if (!first) throw new Error('there are rows')
  const touched = new Set<string>()
  const workOf = (count: number) => {
    const many = Array.from({ length: count }, (_, index): BoardRow => {
      const row = {
        ...{ ...first, listed: undefined, workflowId: `wf-${index}` },
        createdAt: new Date(now.getTime() - index * 1000),
      }
      return new Proxy(row, {
        get: (target, name) => {
          touched.add(row.workflowId)
          return Reflect.get(target, name)
        },
      })
    })
    const seat = sit(createWorkflowsScreen())
    seat.read(page(many))
    const keys = ['down', 'pagedown', 'pagedown', 'end', 'up', 'pageup', 'home', 'j', 'G', 'k', 'g', '?', 'x']
    return keys.map((key) => {
      touched.clear()
      seat.type(key)
      seat.lines()
      return touched.size
    })
  }
  const few = Math.max(...workOf(100))
  expect(few).toBeGreaterThan(0)
  expect(Math.max(...workOf(10_000))).toBeLessThanOrEqual(few)
})
