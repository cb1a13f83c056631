import { expect, test } from 'vitest'
import { createCursors, decodeCursor, encodeCursor } from '../../../src/db/feed/cursor.ts'
import { createPosition, type Position } from '../../../src/db/feed/position.ts'

const many = (count: number): Map<string, Position> =>
  new Map(Array.from({ length: count }, (_, n) => [`child-${n}`, { ...createPosition(), high: n }]))

test('a cursor is read as it was written', () => {
  const position: Position = {
    ...createPosition(),
    status: 'PENDING||1',
    high: 7,
    gaps: [3, 5],
    streams: Object.assign(createPosition().streams, { ['__proto__']: 2, log: 4 }),
    closedStreams: new Set(['log']),
    seen: { abc: 12 },
    unread: new Set(['abc']),
  }
  const positions = new Map([
    ['one', position],
    ['new', createPosition()],
  ])
  expect(decodeCursor(encodeCursor(positions))).toEqual(positions)
})

test('who has ended is covered as a root, and as a child by what its parent has passed', () => {
  const positions = many(3)
  const active = new Map([...positions].slice(1, 2))
  const cursor = createCursors(['child-0'], { positions, active })
  expect([...decodeCursor(cursor()).keys()]).toEqual(['child-0', 'child-1'])
})

test('each change has a cursor while it is short, and twice as many changes of twice as many take twice as much', () => {
  const lengthOf = (changes: number, followed: number): number => {
    const positions = many(followed)
    const cursor = createCursors([], { positions, active: positions })
    return Array.from({ length: changes }, () => cursor().length).reduce((sum, length) => sum + length, 0)
  }
  const few = createCursors([], { positions: many(100), active: many(100) })
  for (let n = 0; n < 100; n++) expect(few()).not.toBe('')
  const once = lengthOf(4000, 2000)
  expect(lengthOf(8000, 4000)).toBeLessThan(2.2 * once)
  expect(once).toBeGreaterThan(0)
})
