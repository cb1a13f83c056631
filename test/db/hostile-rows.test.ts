import { expect, test } from 'vitest'
import { readHostileRows } from '../support/read-hostile-rows.ts'

test('whatever a hundred rows hold, every command shows it and ends', async () => {
  const report = await readHostileRows({ seed: 14, rows: 100 })
  expect(report.failures).toEqual([])
  expect(report.rows).toBeGreaterThanOrEqual(100)
})
