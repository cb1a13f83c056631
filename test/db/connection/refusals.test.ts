import { afterAll, beforeAll, expect, test } from 'vitest'
import { knownStates, refusalOf } from '../../../src/core/sqlstates.ts'
import type { TestDatabase } from '../../support/database.ts'
import {
  followingCommands,
  importingCommands,
  plainCommands,
  readingCommands,
  screenCommands,
  writingCommands,
} from '../../support/every-command.ts'
import {
  createExampleDatabase,
  createRefuser,
  problemOf,
  type Refuser,
} from '../../support/refuse-commands.ts'

/** Of the appendix "PostgreSQL Error Codes". */
const classes =
  '00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX'

test('every class of SQLSTATE has a row, and a sentence with a hint', () => {
  expect(new Set(knownStates.map((state) => state.slice(0, 2)))).toEqual(new Set(classes.split(' ')))
  for (const state of knownStates) {
    const { says, hint } = refusalOf(state) ?? expect.fail(state)
    expect(says('shop')).toContain('shop')
    expect(hint).not.toBe('')
  }
})

test.each([
  ['25006', 'read-only'],
  ['57014', 'statement-cancelled'],
  ['55P03', 'lock-not-granted'],
  ['40P01', 'transaction-conflict'],
  ['53100', 'server-exhausted'],
  ['22003', 'value-refused'],
  ['42P01', 'schema-unsupported'],
  ['42501', 'permission-denied'],
  ['ZZ123', 'server-failed'],
  ['EPIPE', undefined],
])('%s is %s', (state, code) => {
  expect(refusalOf(state)?.code).toBe(code)
})

let database: TestDatabase
let refuser: Refuser

beforeAll(async () => {
  database = await createExampleDatabase()
  refuser = await createRefuser(database)
})

afterAll(() => refuser.close())

const endingCommands = [
  ...readingCommands,
  ...plainCommands,
  ...writingCommands,
  ...importingCommands,
  ...screenCommands,
]

test.each(endingCommands)('what Postgres refuses %s is told', async (command) => {
  for (const state of ['25006', '57014', '22003']) {
    const run = await refuser.run(command, state, 0)
    expect({ command, state, code: run.code, wasRefused: run.wasRefused }).toEqual({
      command,
      state,
      code: run.expected,
      wasRefused: true,
    })
    expect(run.stderr + run.stdout + run.frames.flat().join('')).not.toBe('')
    expect(problemOf(await refuser.run(command, state, 1))).toBeUndefined()
  }
})

test.each(followingCommands)('what may pass keeps nobody from following: %s', async (command) => {
  for (const state of ['40001', '53300', '55P03', '57014', '57P01']) {
    const run = await refuser.run(command, state, 2)
    expect({ state, code: run.code, wasRefused: run.wasRefused, stderr: run.stderr }).toMatchObject({
      state,
      code: 0,
      wasRefused: true,
    })
  }
})
