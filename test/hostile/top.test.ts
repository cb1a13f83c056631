import { expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { displayWidth } from '../../src/render/text.ts'
import { countPending } from '../support/count-pending.ts'
import { createTestDatabase } from '../support/database.ts'
import { hostilePlan, sayCounts } from '../support/hostile-plan.ts'
import { insertHostileRows } from '../support/hostile-rows.ts'
import { createRandom, type Random } from '../support/random.ts'
import { acting } from '../support/read-hostile-rows.ts'
import { sitDown } from '../support/sit-down.ts'
import { waitUntil } from '../support/wait-until.ts'

const turnsOfOne = 60
const views = ['inbox', 'queues', 'workers', 'doctor', 'workflows', 'running', 'waiting', 'stuck', 'failed']
const moves = ['up', 'down', 'pageup', 'pagedown', 'home', 'end', 'tab', 'escape', 'return', 'return', 'down']
const acts = [...'arcRfey123456gG?'].concat('y', 'y')
const sizes = [
  ...[
    [1, 1],
    [2, 40],
    [200, 1],
    [20, 5],
    [40, 15],
    [80, 24],
    [80, 24],
    [120, 40],
    [300, 100],
  ],
] as const

/** What somebody types next; nothing of it leaves. */
function someKeys(random: Random): readonly string[] {
  switch (random.below(8)) {
    case 0:
      return ['escape', 'escape', ':', ...random.pick(views), 'return']
    case 1:
      return ['/', ...random.pick(['wf', '\u202e', '(', '日', 'a b']), random.pick(['return', 'down', 'a'])]
    case 2:
    case 3:
      return [random.pick(acts), random.pick(['y', 'n', 'escape', 'return'])]
    default:
      return [random.pick(moves), random.pick(moves)]
  }
}

test('whatever the rows hold, is typed, and the size is, top goes on and shows text', async () => {
  const { seed, sittings, rows: atLeast } = hostilePlan
  const database = await createTestDatabase()
  const opened = await openStore(database.target)
  await opened.createRecord({ run: true })
  await insertHostileRows(database, createRandom(seed), Math.min(atLeast, 500))
  const { store, pending } = countPending(opened)
  const failures: string[] = []
  let frames = 0
  for (let sitting = 0; sitting < sittings; sitting++) {
    const random = createRandom(seed + sitting)
    const ops = sitDown(store, 'top')
    const typed: string[] = []
    let hasEnded = false
    void ops.ended.then(() => {
      hasEnded = true
    })
    await ops.until('workflows')
    let size: readonly [number, number] = [80, 24]
    let seen = ops.frames().length
    for (let turn = 0; turn < turnsOfOne && !hasEnded; turn++) {
      const keys = someKeys(random)
      typed.push(...keys)
      ops.press(...keys)
      await waitUntil('nothing is awaited', () => hasEnded || pending() === 0)
      // Another size is always drawn; what is drawn from here on is for it.
      if (random.oneIn(3)) size = random.pick(sizes)
      const drawnBefore = ops.drawn()
      seen = ops.frames().length
      ops.resize(...size)
      await waitUntil('it is drawn', () => hasEnded || ops.drawn() > drawnBefore)
      typed.push(`[${size.join('x')}]`)
      const drawn = ops.frames().slice(seen)
      seen += drawn.length
      frames += drawn.length
      const where = () => `${seed + sitting}: ${JSON.stringify(typed.slice(-12).join(' '))}`
      for (const frame of drawn) {
        const [columns, rows] = size
        if (frame.length > rows) failures.push(`${frame.length} lines at ${size} after ${where()}`)
        for (const line of frame) {
          if (acting.test(line)) failures.push(`${JSON.stringify(line)} after ${where()}`)
          if (displayWidth(line) > columns)
            failures.push(`${JSON.stringify(line)} at ${size} after ${where()}`)
        }
      }
    }
    if (hasEnded) failures.push(`${seed + sitting} ended after ${JSON.stringify(typed.slice(-12).join(' '))}`)
    ops.press('escape', 'escape', 'escape', 'escape', 'q')
    const { code, stderr } = await ops.ended
    if (code !== 0) failures.push(`${seed + sitting} is ${code}: ${stderr.slice(0, 600)}`)
  }
  await opened.close()
  await database.drop()
  sayCounts(`hostile top: ${sittings} sittings of ${turnsOfOne} turns, ${frames} frames, seed ${seed}`)
  expect(failures).toEqual([])
  expect(frames).toBeGreaterThan(sittings * 10)
})
