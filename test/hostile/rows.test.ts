import { expect, test } from 'vitest'
import { hostilePlan, sayCounts } from '../support/hostile-plan.ts'
import { readHostileRows } from '../support/read-hostile-rows.ts'

test('whatever the rows of every table hold, every reading command shows it and ends', async () => {
  const { rows, runs, frames, failures, seed } = await readHostileRows(hostilePlan)
  sayCounts(`hostile rows: ${rows} rows of every table, ${runs} commands, ${frames} frames, seed ${seed}`)
  expect(failures).toEqual([])
  expect(frames).toBeGreaterThan(rows / 50)
  expect(rows).toBeGreaterThanOrEqual(hostilePlan.rows)
})
