import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import type { Cockpit, Data, Screen } from '../../src/cockpit/cockpit-model.ts'
import { initialCockpit, shownSource, updateCockpit } from '../../src/cockpit/cockpit-update.ts'
import { cockpitView } from '../../src/cockpit/cockpit-view.ts'
import { createDoctorScreen } from '../../src/cockpit/screens/doctor-screen.ts'
import { createExplainScreen } from '../../src/cockpit/screens/explain-screen.ts'
import { createInboxScreen } from '../../src/cockpit/screens/inbox-screen.ts'
import { createQuestionScreen } from '../../src/cockpit/screens/question-screen.ts'
import { createQueuesScreen } from '../../src/cockpit/screens/queues-screen.ts'
import { createWorkersScreen } from '../../src/cockpit/screens/workers-screen.ts'
import { createWorkflowScreen } from '../../src/cockpit/screens/workflow-screen.ts'
import { createWorkflowsScreen } from '../../src/cockpit/screens/workflows-screen.ts'
import { createWaitKnowledge } from '../../src/core/decide/known-waits.ts'
import { examine } from '../../src/core/diagnosis/checkup.ts'
import { examineStore } from '../../src/core/diagnosis/examine-store.ts'
import { explain } from '../../src/core/diagnosis/explain-workflow.ts'
import type { Profile } from '../../src/core/profile/profile.ts'
import { listWorkers } from '../../src/core/run/list-workers.ts'
import { toFindingLines } from '../../src/render/doctor/finding.ts'
import { createStyle } from '../../src/render/style.ts'
import { displayWidth } from '../../src/render/text.ts'
import { cleanText } from '../../src/terminal/clean-text.ts'
import { showStyles } from '../support/show-styles.ts'
import { changesOf, createShop, now } from './shop.ts'

const sizes = [
  { columns: 120, rows: 40 },
  { columns: 80, rows: 24 },
  { columns: 40, rows: 15 },
]

interface Shot {
  readonly screen: Screen
  readonly data: readonly Data[]
  readonly keys?: readonly string[]
  readonly profile?: Profile | null
}

const protectedProfile: Profile = {
  name: 'prod',
  source: '--profile',
  isTyped: true,
  isReadOnly: false,
  isProtected: true,
}

let shots: Readonly<Record<string, Shot>>

beforeAll(async () => {
  const store = createShop()
  const surroundings = { own: true, isBeforeSdk5: false, app: undefined, workflows: {} }
  const board = await store.board({ roots: { limit: 50 }, isAsked: () => true })
  const page: Data = { kind: 'page', after: undefined, isEnd: true, rows: board.rows }
  const counts: Data = { kind: 'counts', counts: { running: '5', waiting: '3', stuck: '2', failed: '2' } }
  const children = await store.board({ pages: [{ parentId: 'resize-2', limit: 50 }], isAsked: () => true })
  const waits = await createWaitKnowledge(store, {})((await store.inbox({})).waits)
  const [wait] = waits
  const explanations = await explain(store, 'ord-1', {})
  const checkup = await examineStore(store, { now: () => now, workflows: {}, isRecorded: true })
  if (!wait || !explanations) throw new Error('the shop has waits and ord-1')
  const picture = (await changesOf(store, 'resize-2')).map(
    (change): Data => ({ kind: 'watch', message: { type: 'change', change } }),
  )
  const id = 'resize-2'
  const sections: readonly Data[] = [
    { kind: 'steps', steps: await store.steps(id) },
    { kind: 'events', events: await store.events(id) },
    { kind: 'streams', streams: await store.streams(id) },
    { kind: 'messages', messages: await store.messages(id) },
    { kind: 'children', children: children.rows },
  ]
  const workflow = { screen: createWorkflowScreen(id, surroundings), data: [...picture, ...sections] }
  const workflows = { screen: createWorkflowsScreen(), data: [page, counts] }
  const inbox = {
    screen: createInboxScreen(),
    data: [{ kind: 'inbox', waits, total: waits.length } as const],
  }
  shots = {
    workflows,
    'workflows-looking': { screen: createWorkflowsScreen('stuck'), data: [] },
    'workflows-filter': { ...workflows, keys: ['/', 'r', 'e', 'f'] },
    'workflows-cancel': { ...workflows, keys: ['down', 'down', 'c'] },
    'workflows-protected': { ...workflows, keys: ['down', 'down', 'c'], profile: protectedProfile },
    'workflows-keys': { ...workflows, keys: ['?'] },
    'workflows-command': { ...workflows, keys: [':', 'q', 'u'] },
    workflow,
    'workflow-stuck': {
      screen: createWorkflowScreen('ord-1', surroundings),
      data: [
        ...(await changesOf(createShop([]), 'ord-1')).map(
          (change): Data => ({ kind: 'watch', message: { type: 'change', change } }),
        ),
        { kind: 'explain', explanations },
      ],
    },
    'workflow-steps': { ...workflow, keys: ['2'] },
    'workflow-events': { ...workflow, keys: ['3'] },
    'workflow-streams': { ...workflow, keys: ['4'] },
    'workflow-messages': { ...workflow, keys: ['5'] },
    'workflow-children': { ...workflow, keys: ['6', 'down'] },
    value: { ...workflow, keys: ['2', 'return'] },
    inbox,
    'inbox-approve': { ...inbox, keys: ['down', 'down', 'a'] },
    'inbox-reject': { ...inbox, keys: ['down', 'r', 'n', 'o'] },
    question: {
      screen: createQuestionScreen(wait),
      data: [
        {
          kind: 'question',
          wait,
          events: await store.events(wait.workflowId),
          steps: await store.steps(wait.workflowId),
          goneExecutor: 'web-2',
        },
      ],
    },
    queues: { screen: createQueuesScreen(), data: [{ kind: 'queues', queues: await store.queues() }] },
    workers: {
      screen: createWorkersScreen(),
      data: [
        { kind: 'workers', workers: await listWorkers(store, await store.executors(), now), isBlind: false },
      ],
    },
    doctor: {
      screen: createDoctorScreen(),
      data: [{ kind: 'doctor', lines: toFindingLines(examine(checkup), now, store.database) }],
    },
    explain: {
      screen: createExplainScreen('ord-1', surroundings),
      data: [{ kind: 'explain', explanations }],
    },
  }
})

function cockpitOf(
  { screen, data, keys = [], profile = null }: Shot,
  size: { columns: number; rows: number },
): Cockpit {
  const surroundings = { own: true, isBeforeSdk5: false, app: undefined, workflows: {} }
  let cockpit = initialCockpit({
    database: 'shop_dbos_sys (embedded)',
    profile,
    purpose: { kind: 'top' },
    surroundings,
    screen,
  })
  const take = (message: Parameters<typeof updateCockpit>[1]) => {
    cockpit = updateCockpit(cockpit, message).cockpit
  }
  take({ type: 'size', ...size })
  for (const one of data) take({ type: 'data', source: shownSource(cockpit), data: one })
  for (const name of keys) {
    const char = [...name].length === 1 ? name : undefined
    take({ type: 'key', key: { name, char, ctrl: false }, now })
  }
  return cockpit
}

test('every view fits its screen, says the same without colour, and lets no text of others act', async () => {
  expect(Object.keys(shots).length).toBeGreaterThan(20)
  for (const [name, shot] of Object.entries(shots)) {
    const frames: string[] = []
    for (const size of sizes) {
      const cockpit = cockpitOf(shot, size)
      const plain = cockpitView(cockpit, { style: createStyle(0), now })
      const coloured = cockpitView(cockpit, { style: createStyle(1), now })
      const place = `${name} ${size.columns}×${size.rows}`
      expect(plain, place).toHaveLength(size.rows)
      expect(
        plain.filter((line) => displayWidth(line) > size.columns),
        place,
      ).toEqual([])
      expect(
        coloured.map((line) => stripVTControlCharacters(line).trimEnd()),
        place,
      ).toEqual(plain.map((line) => line.trimEnd()))
      // What the terminal lets through is what was drawn: nothing was left to be escaped.
      expect(coloured.map(cleanText), place).toEqual(coloured)
      expect(plain.join(''), place).not.toMatch(/\p{Cc}|\u202e/u)
      frames.push(`── ${size.columns}×${size.rows} ──`, ...plain)
      frames.push(`── ${size.columns}×${size.rows}, in colour ──`, ...coloured.map(showStyles))
    }
    const text = `${frames.map((line) => line.trimEnd()).join('\n')}\n`
    await expect(text).toMatchFileSnapshot(path.join(import.meta.dirname, 'frames', `${name}.txt`))
  }
})

test.each([
  { columns: 20, rows: 5 },
  { columns: 9, rows: 3 },
  { columns: 1, rows: 1 },
  { columns: 400, rows: 90 },
])('on $columns×$rows no view outgrows the screen', (size) => {
  for (const [name, shot] of Object.entries(shots)) {
    const lines = cockpitView(cockpitOf(shot, size), { style: createStyle(0), now })
    expect(lines.length, name).toBeLessThanOrEqual(size.rows)
    expect(
      lines.filter((line) => displayWidth(line) > size.columns),
      name,
    ).toEqual([])
  }
})

test('ctrl-c leaves from every view and every question, and q wherever nothing is typed', () => {
  for (const [name, shot] of Object.entries(shots)) {
    const cockpit = cockpitOf(shot, { columns: 80, rows: 24 })
    const effectsOf = (key: { name: string; char: string | undefined; ctrl: boolean }) =>
      updateCockpit(cockpit, { type: 'key', key, now }).effects
    expect(effectsOf({ name: 'c', char: undefined, ctrl: true }), name).toEqual([{ kind: 'leave' }])
    if (cockpit.prompt) continue
    expect(effectsOf({ name: 'q', char: 'q', ctrl: false }), name).toEqual([{ kind: 'leave' }])
  }
})
