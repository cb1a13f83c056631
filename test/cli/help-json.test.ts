import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { environment } from '../../src/cli/help-topics.ts'
import type { Help } from '../../src/http/v1/help-shape.ts'
import { readReference } from '../support/reference.ts'
import { runCli } from '../support/run-cli.ts'

const describeAll = async (line = 'help --json'): Promise<Help> => JSON.parse((await runCli(line)).stdout)

test('help --json has every command with every argument and option that its help has', async () => {
  const { commands, options } = await describeAll()
  const reference = (await readReference()).groups.flatMap((group) => group.commands)
  expect(commands.map((one) => [one.command, one.usage, one.description])).toEqual(
    reference.map((one) => [one.words, one.usage, one.description]),
  )
  expect(commands.map((one) => one.options.length)).toEqual(reference.map((one) => one.options.length))
  expect(commands.map((one) => one.arguments.length)).toEqual(reference.map((one) => one.args.length))
  expect(options.map(({ flag }) => flag)).toContain('--profile')
})

test('each code of docs/exit-codes.md is among those of its command', async () => {
  const { commands } = await describeAll()
  const text = readFileSync(path.join(import.meta.dirname, '../../docs/exit-codes.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `([a-z]+).* ?ID.*?` \| (.+) \|$/gm)]
  expect(rows.length).toBeGreaterThan(25)
  for (const [row, name, cells = ''] of rows) {
    const codes = cells.split(' | ').map((cell) => Number.parseInt(cell, 10))
    expect(commands.find(({ command }) => command === name)?.exitCodes, row).toEqual(
      expect.arrayContaining(codes),
    )
  }
})

test('an option says what it takes, how often, what it is without it, and the variable that stands for it', async () => {
  const { options, commands } = await describeAll()
  const optionOf = (words: string, flag: string) =>
    commands.find(({ command }) => command === words)?.options.find((one) => one.flag === flag)
  expect(optionOf('list', '--limit')).toMatchObject({ type: 'integer', value: 'count' })
  expect(optionOf('db logs', '--lines')).toMatchObject({ type: 'integer', default: 50, short: '-n' })
  expect(optionOf('list', '--queue')).toMatchObject({ type: 'string', repeatable: true })
  expect(optionOf('list', '--children')).toEqual({
    flag: '--children',
    type: 'boolean',
    description: expect.any(String),
  })
  expect(optionOf('fork', '--from')).toMatchObject({ type: 'string', value: 'step' })
  expect(optionOf('list', '--output')).toMatchObject({
    short: '-o',
    choices: expect.arrayContaining(['json', 'csv']),
  })
  expect(optionOf('run', '--app-version')).toMatchObject({ environment: 'DBOS__APPVERSION' })
  expect(optionOf('list', '--app-version')).not.toHaveProperty('environment')
  expect(options.find(({ flag }) => flag === '--profile')).toMatchObject({ environment: 'DROVER_PROFILE' })
  const standing = [...options, ...commands.flatMap((one) => one.options)].map((one) => one.environment)
  const named = environment.filter(([, meaning]) => /, as --/.test(meaning)).map(([name]) => name)
  expect(named.filter((name) => !standing.includes(name))).toEqual([])
})

test('a command prints what its group can print, and a list CSV', async () => {
  const { commands } = await describeAll('help queues --json')
  expect(commands[0]?.prints).toEqual({
    formats: ['table', 'json', 'jsonl', 'ids', 'csv'],
    schema: 'drover help schema queues',
  })
  expect(commands.map(({ command }) => command)).toContain('queues drain')
  expect(commands.at(-1)?.prints).toEqual({ formats: ['table', 'json', 'jsonl', 'ids'] })
})

test('help --json takes a query, and the words of one command', async () => {
  const { stdout } = await runCli(['help', '--query', 'commands[0].command', '-r'])
  expect(stdout).toBe('demo\n')
  expect((await describeAll('help -o json db start')).commands.map(({ command }) => command)).toEqual([
    'db start',
  ])
  expect(await runCli('help lst --json')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('did you mean drover help list --json?'),
  })
  expect(await runCli('help --json --color sometimes')).toMatchObject({ code: 2, stdout: '' })
})
