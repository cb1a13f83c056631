import { expect, test } from 'vitest'
import {
  followingCommands,
  importingCommands,
  otherCommands,
  plainCommands,
  readingCommands,
  screenCommands,
  writingCommands,
} from '../support/every-command.ts'
import { readReference } from '../support/reference.ts'

const lines = [
  ...readingCommands,
  ...plainCommands,
  ...followingCommands,
  ...writingCommands,
  ...importingCommands,
  ...screenCommands,
]

test('every command is tried with all that Postgres refuses, or it is said why not', async () => {
  const { groups } = await readReference()
  const known = groups.flatMap(({ commands }) => commands.map(({ words }) => words))
  const commandOf = (line: string) =>
    known.filter((words) => `${line} `.startsWith(`${words} `)).sort((a, b) => b.length - a.length)[0]
  const tried = lines.map((line) => commandOf(line) ?? `${line} is no command`)
  const others = Object.keys(otherCommands)
  expect([...new Set([...tried, ...others])].sort()).toEqual([...known].sort())
  expect(others.filter((words) => tried.includes(words))).toEqual([])
})
