import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { lendStore } from '../support/lend-store.ts'
import { foreignWorkflows, writeForeignWorkflow } from '../support/other-languages.ts'
import { type RunCliOptions, runCli } from '../support/run-cli.ts'

let database: TestDatabase
let store: Store
beforeAll(async () => {
  database = await createTestDatabase()
  for (const workflow of foreignWorkflows) await writeForeignWorkflow(database, workflow)
  store = await openStore(database.target)
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

const run = async (line: string, options: RunCliOptions = {}) =>
  runCli(line, { store: lendStore(store), columns: 200, ...options })

/** Each with the field that holds the value. */
const readers = [
  ['steps', 'output'],
  ['events', 'value'],
  ['stream', 'value'],
  ['messages', 'message'],
] as const

describe.each(foreignWorkflows)('$workflowId', ({ workflowId, serialization, value, decoded }) => {
  const format = serialization ?? 'py_pickle'
  const expected = decoded === undefined ? { $undecoded: format, raw: value } : decoded
  const field =
    decoded === undefined ? `<${format} ${value.length} B>` : decoded === null ? 'null' : '9007199254740993'

  test.each(readers)('%s shows it in a table, in a pipe and as JSON', async (command, key) => {
    const line = `${command} ${workflowId}${command === 'stream' ? ' log' : ''}`
    const table = await run(line, { isTerminal: true })
    const piped = await run(line)
    const json = await run(`${line} -o json`)
    const lines = await run(`${line} -o jsonl`)
    for (const { code, stderr } of [table, piped, json, lines]) {
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringContaining('bug') })
    }
    if (decoded !== null) expect(table.stdout).toContain(field)
    if (decoded !== null) expect(piped.stdout).toContain(field)
    expect(JSON.parse(json.stdout)[0][key]).toEqual(expected)
    const [first = ''] = lines.stdout.split('\n')
    expect(JSON.parse(first)[key]).toEqual(expected)
    expect(JSON.parse(json.stdout)).toHaveLength(command === 'steps' ? 2 : 1)
  })

  test('its result and its error are told, whole or by their size', async () => {
    for (const output of ['table', 'json', 'jsonl']) {
      const got = await run(`get ${workflowId} -o ${output}`)
      expect(got.code).toBe(0)
      const failed = await run(`get ${workflowId}-failed -o ${output}`)
      expect(failed.code).toBe(0)
      expect(failed.stdout).toContain(
        format === 'py_pickle' ? `<py_pickle ${value.length} B>` : 'no such order',
      )
    }
    const { stdout } = await run(`get ${workflowId} -o json`)
    expect(JSON.parse(stdout).output).toEqual(expected)
    expect(await run(`result ${workflowId}`)).toMatchObject({ code: 0 })
    expect(await run(`result ${workflowId}-failed`)).toMatchObject({ code: 1 })
  })

  test.each([
    ['list', 0],
    [`explain ${workflowId}`, 0],
    [`explain ${workflowId}-failed`, 0],
    [`diff ${workflowId} ${workflowId}-failed`, undefined],
    [`wait ${workflowId}`, 0],
    [`wait ${workflowId}-failed`, 1],
    [`wait ${workflowId} --for event:total`, 0],
    [`watch ${workflowId}`, 0],
    [`events ${workflowId} total`, 0],
    [`stream ${workflowId} log --raw`, 0],
  ])('%s reads it and ends with %s', async (line, code) => {
    for (const rest of line.includes('--raw') ? [''] : ['', ' -o json', ' -o jsonl']) {
      const ended = await run(`${line}${rest}`)
      if (ended.code === 2 && ended.stderr.includes('-o')) continue
      if (code !== undefined) expect(ended).toMatchObject({ code })
      expect(ended.code).not.toBe(70)
    }
  })
})
