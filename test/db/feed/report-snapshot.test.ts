import { expect, test } from 'vitest'
import { createCursors, decodeCursor } from '../../../src/db/feed/cursor.ts'
import { createPosition } from '../../../src/db/feed/position.ts'
import { reportSnapshot } from '../../../src/db/feed/report-snapshot.ts'
import { createOutcome } from '../../../src/db/feed/seat.ts'

const rows = { steps: [], events: [], streams: [], messages: [], waits: [] }
const workflow = { id: 'a', status: 'PENDING', name: 'work', createdAt: '0', updatedAt: '0' }

const report = () => {
  const positions = new Map([['a', createPosition()]])
  const active = new Map(positions)
  const cursor = createCursors(['a'], { positions, active })
  const options = { signal: new AbortController().signal }
  const snapshot = {
    now: new Date(0),
    rows: new Map([['a', { ...rows, workflow }]]),
    hasMessages: false,
    limits: { rows: 50, bytes: 100_000 },
  }
  const following = { positions, active, held: new Map(), cursor, options }
  const round = { snapshot, ids: ['a'], mayEnd: undefined }
  return [...reportSnapshot(round, following, createOutcome())]
}

test('what is deleted is told once, and not followed any more; its children are', () => {
  const deleted: string[] = []
  const positions = new Map(['a', 'child'].map((id) => [id, createPosition()]))
  const options = {
    signal: new AbortController().signal,
    onDeleted: (id: string) => void deleted.push(id),
  }
  const snapshot = {
    now: new Date(0),
    rows: new Map([['child', { ...rows, workflow: { ...workflow, id: 'child' } }]]),
    hasMessages: false,
    limits: { rows: 50, bytes: 100_000 },
  }
  const following = { positions, active: new Map(positions), held: new Map(), cursor: () => '', options }
  for (const ids of [['a', 'child'], ['child']])
    expect([
      ...reportSnapshot({ snapshot, ids, mayEnd: undefined }, following, createOutcome()),
    ]).toHaveLength(ids.length - 1 === 1 ? 1 : 0)
  expect([deleted, [...following.active.keys()]]).toEqual([['a'], ['child']])
})

test('a change tells where to go on', () => {
  const [read] = report()
  expect(read?.type).toBe('status')
  expect(decodeCursor(read?.cursor ?? '').get('a')?.status).toBe('PENDING||0')
})
