import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exitCodes } from '../src/core/exit-codes.ts'
import type { Store } from '../src/core/store.ts'
import { createExampleStore, exampleWorkflows } from './support/example-store.ts'
import { lendStore } from './support/lend-store.ts'
import { oneLook, patience } from './support/patience.ts'
import { openRealStore, type RealStore } from './support/real-store.ts'
import { runCli } from './support/run-cli.ts'
import { seedWorkflow } from './support/seed-workflow.ts'

const text = readFileSync(path.join(import.meta.dirname, '../docs/exit-codes.md'), 'utf8')

/** The workflow of the examples that stands for each column. */
const ids = ['nope', 'queued', 'running', 'asking', 'done', 'failed', 'cancelled', 'dead']

const rows = [...text.matchAll(/^\| `(.*ID.*)` \| (.+) \|$/gm)].map(([, command = '', cells = '']) => ({
  command,
  cells: cells.split(' | ').map((cell) => ({ code: Number.parseInt(cell, 10), hasData: cell.includes('›') })),
}))

test('docs/exit-codes.md has the codes that there are, and every command that takes an id', async () => {
  const documented = [...text.matchAll(/^\| (\d+) \| ([a-z-]+) \| (.+) \|$/gm)].map(
    ([, code, name, when]) => [name, { code: Number(code), when }],
  )
  expect(Object.fromEntries(documented)).toEqual(exitCodes)
  const { stdout } = await runCli('--help')
  const taking = [...stdout.matchAll(/^ {2}([a-z]+) [^a-z]*[<[](?:id|wait)…?[>\]]/gm)].map(([, name]) => name)
  expect(taking.length).toBeGreaterThan(15)
  expect(new Set(rows.map(({ command }) => command.split(' ')[0]))).toEqual(new Set(taking))
})

describe('in every state each command gives the code, and the stdout, that docs/exit-codes.md says', () => {
  test.each(rows)('$command, on the fake store', async ({ command, cells }) => {
    expect(await Promise.all(ids.map((id) => outcomeOf(command, id, createExampleStore)))).toEqual(cells)
  })

  let real: RealStore
  beforeAll(async () => {
    real = await openRealStore()
  })
  afterAll(() => real.close())

  test.each(rows)('$command, on a real database', async ({ command, cells }) => {
    await real.database.query(
      'truncate dbos.workflow_status, dbos.workflow_input, dbos.workflow_output cascade',
    )
    await real.database.query(
      'truncate dbos.operation_outputs, dbos.workflow_events, dbos.workflow_events_history',
    )
    await real.database.query('drop schema if exists drover cascade')
    // The wait among them is still open by the clock of the database.
    for (const workflow of exampleWorkflows)
      await seedWorkflow(real.database, { ...workflow, createdAt: new Date() })
    const open = () => lendStore(real.store)
    const outcomes = ids.map((id, index) => outcomeOf(withTime(command, cells[index]), id, open))
    expect(await Promise.all(outcomes)).toEqual(cells)
  })
})

/** Only what is to time out is not given all the time that it takes. */
function withTime(command: string, expected: { code: number; hasData: boolean } | undefined): string {
  if (expected?.code !== 124) return command.replace('50ms', '1h')
  return expected.hasData ? command.replace('50ms', `${oneLook()}`) : command
}

async function outcomeOf(command: string, id: string, open: () => Store | Promise<Store>) {
  const store = await open()
  const began = performance.now()
  const run = await runCli(command.replace('ID', id).split(' '), { store, now: new Date() })
  const what = `${command} of ${id}`
  expect(performance.now() - began, what).toBeLessThan(patience())
  if (run.code !== 0) expect(run.stderr + run.stdout, what).not.toBe('')
  expect(run.code, `${what}: ${run.stderr}`).not.toBe(70)
  return { code: run.code, hasData: run.stdout !== '' }
}
