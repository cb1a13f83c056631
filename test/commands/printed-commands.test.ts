import { expect, test } from 'vitest'
import { command, renderCommand } from '../../src/core/words/command-line.ts'
import { hostileWords } from '../support/hostile-words.ts'
import { createLineParser, type LineParser } from '../support/parse-line.ts'
import { type PrintedCommand, printedCommands } from '../support/printed-commands.ts'
import { typeIntoShell } from '../support/shell-words.ts'

/** In the place of an id it means stdin, however it is typed. */
const stdin = '-'

/** `drover audit init` is a command: the id of a wait never is. */
const isCommandOf = (words: string, word: string): boolean => words === 'audit' && word === 'init'

/** To the parser it is a word like any other: one of them stands for all. */
const isOrdinary = (word: string): boolean =>
  word !== '' && !word.startsWith('-') && !['help', 'init'].includes(word)

/** By which a command line named the database. */
const place = [
  ['--db-url', 'postgres://ada@h/a b'],
  ['--schema', '--x $(touch PWNED)'],
] as const

type Typed = Required<Omit<PrintedCommand, 'operands' | 'options'>> & {
  readonly operands: readonly string[]
  readonly options: readonly (readonly [string, string | true])[]
}

/** With this word wherever the command has a name, an id or a value. */
function fill({ at, words, operands, options }: PrintedCommand, word: string, parser: LineParser): Typed {
  return {
    at,
    words,
    operands: operands.map((operand) => operand ?? word),
    options: options.map(([flag, value]) => [flag, value ?? (parser.takesValue(flag) ? word : true)]),
  }
}

test('every command that is printed, whatever the names and ids in it, is what it was meant to be when it is pasted', async () => {
  const places = printedCommands()
  const kinds = [...new Map(places.map((one) => [JSON.stringify({ ...one, at: '' }), one])).values()]
  const parsers = new Map<string, LineParser>()
  for (const { words } of kinds) parsers.set(words, parsers.get(words) ?? (await createLineParser(words)))
  const typed = kinds.flatMap((one) => {
    const parser = parsers.get(one.words) as LineParser
    return hostileWords
      .filter((word) => word !== stdin && !isCommandOf(one.words, word))
      .map((word) => ({ parser, word, ...fill(one, word, parser) }))
  })
  const lines = typed.map(({ words, operands, options }) =>
    renderCommand(command(words, operands, Object.fromEntries(options)), place.flat()),
  )
  const calls = typeIntoShell(lines)
  const wrong = new Map<string, object>()
  const seen = new Set<string>()
  for (const [index, { at, word, words, operands, options, parser }] of typed.entries()) {
    const [argv = [], ...others] = calls[index] ?? []
    const shape = JSON.stringify(argv.map((typed) => (typed === word && isOrdinary(word) ? 'x' : typed)))
    if (others.length === 0 && seen.has(shape)) continue
    seen.add(shape)
    const parsed = await parser.parse(argv)
    const given = describe({ words, operands, options: [...options, ...carriedBy(words, options)] })
    const understood = typeof parsed === 'string' ? parsed : describe(parsed)
    if (understood !== given || others.length > 0)
      wrong.set(at, { line: lines[index], understood, given, others })
  }
  expect(Object.fromEntries(wrong)).toEqual({})
  expect(places.length).toBeGreaterThan(100)
})

/** What names the database is carried by every command on one that does not say it itself. */
function carriedBy(words: string, options: Typed['options']): Typed['options'] {
  if (['', 'demo', 'db', 'token'].includes(words.split(' ')[0] ?? '')) return []
  const said = options.map(([flag]) => (flag === '--database' ? '--db-url' : flag))
  return place.filter(([flag]) => !said.includes(flag))
}

function describe({ words, operands, options }: Omit<Typed, 'at'>): string {
  const named = options.map(([flag, value]) => [flag === '-o' ? '--output' : flag, value])
  return JSON.stringify([words, operands, named.map((one) => JSON.stringify(one)).sort()])
}
