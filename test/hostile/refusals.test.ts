import { afterAll, beforeAll, expect, test } from 'vitest'
import { knownStates } from '../../src/core/sqlstates.ts'
import {
  followingCommands,
  importingCommands,
  plainCommands,
  readingCommands,
  screenCommands,
  writingCommands,
} from '../support/every-command.ts'
import { hostilePlan, sayCounts } from '../support/hostile-plan.ts'
import { createExampleDatabase, createRefuser, problemOf, type Refuser } from '../support/refuse-commands.ts'

const commands = [
  ...readingCommands,
  ...plainCommands,
  ...followingCommands,
  ...writingCommands,
  ...importingCommands,
  ...screenCommands,
]
const states = hostilePlan.isShort ? ['25006', '57014', '53300', '22003', 'P0001'] : knownStates
const positions = hostilePlan.isShort ? [0, 3] : [0, 1, 3, 5]

let refuser: Refuser
beforeAll(async () => {
  refuser = await createRefuser(await createExampleDatabase())
})
afterAll(() => refuser.close())

let refused = 0
afterAll(() =>
  sayCounts(`SQLSTATEs: ${states.length} in ${commands.length} commands, ${refused} statements refused`),
)

test.each(commands)('no refusal of Postgres makes %s a bug', async (command) => {
  const problems: (string | undefined)[] = []
  for (const state of states) {
    for (const position of positions) {
      const run = await refuser.run(command, state, position)
      if (!run.wasRefused) continue
      refused++
      problems.push(problemOf(run))
    }
  }
  expect(problems.filter((problem) => problem !== undefined)).toEqual([])
})
