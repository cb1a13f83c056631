import { escapeName } from './escape-controls.ts'
import { quoteWord } from './quote-word.ts'

type OptionValue = string | number | boolean | null | undefined | readonly string[]

/** By flag: `true` stands alone, a list is given once for each value; false, null and undefined are left out. */
export type CommandOptions = Readonly<Record<`-${string}`, OptionValue>>

/** A command for somebody to type: what is meant, not yet how it is quoted. */
export interface CommandLine {
  readonly program: string
  /** Its command, such as `queues set`: words of ours. */
  readonly words: readonly string[]
  /** Names, ids and values, in order; `-` is an operand that stands for stdin. */
  readonly operands: readonly string[]
  readonly options: CommandOptions
}

/** A sentence with commands in it. */
export interface Prose {
  readonly parts: readonly (string | CommandLine)[]
}

/** What may be told to type next: a sentence, a command, or both. */
export type Phrase = string | CommandLine | Prose

const drover = 'drover'

let findCall = (): string => drover

/** What is typed for `drover` in every command that is printed, such as `npx drover`; asked for by the first of them. */
export function typeDroverAs(find: () => string): void {
  let found: string | undefined
  findCall = () => {
    found ??= find()
    return found
  }
}

/** What is typed for drover itself. */
export function ownCall(): string {
  return findCall()
}

/** A command of drover's: `command('queues set', [name], { '--worker-concurrency': 1 })`; without words drover itself. */
export function command(
  words: string,
  operands: readonly string[] = [],
  options: CommandOptions = {},
): CommandLine {
  return { program: drover, words: words.split(' ').filter(Boolean), operands, options }
}

/** A command of another program: words of ours, and what is quoted behind them. */
export function otherCommand(words: string, operands: readonly string[] = []): CommandLine {
  const [program = '', ...others] = words.split(' ')
  return { program, words: others, operands, options: {} }
}

/** A tag: text with commands in it. What is put in as a string is a name or a value, and is made harmless to look at. */
export function phrase(texts: TemplateStringsArray, ...values: readonly (Phrase | number)[]): Prose {
  const parts = texts.flatMap((text, index) => {
    const value = values[index]
    if (value === undefined) return [text]
    if (typeof value === 'object') return [text, ...partsOf(value)]
    return [text, escapeName(String(value))]
  })
  return { parts }
}

/** Ids or values of which one is to be chosen, each as it is typed. */
export function quotedList(words: readonly string[]): Prose {
  return { parts: [words.map(quoteWord).join(', ')] }
}

/**
 * What somebody typed behind `drover`, with a word changed: each word in its place. How the database was named is carried as
 * for any command, and an address that may hold a password is not repeated.
 */
export function typedLine(argv: readonly string[]): CommandLine {
  const own = argv.filter((word, index) => {
    const isNamed = databaseFlag.test(word) || wholeDatabaseFlag.test(argv[index - 1] ?? '')
    return !isNamed
  })
  const words = own.map((word) =>
    word.includes('://') ? 'URL' : /^--?[a-z][a-z-]*$/i.test(word) ? word : quoteWord(word),
  )
  return { program: drover, words, operands: [], options: {} }
}

const databaseFlag = /^--(db-url|listen-url|database|profile|schema|local)(=|$)/s
const wholeDatabaseFlag = /^--(db-url|listen-url|database|profile|schema)$/

/** Text for a phrase as it stands: a sentence that is harmless already, or what was rendered before. */
export function asText(text: string): Prose {
  return { parts: [text] }
}

function partsOf(text: Phrase): readonly (string | CommandLine)[] {
  if (typeof text === 'string') return [text]
  return 'parts' in text ? text.parts : [text]
}

/** Commands of drover that look at no database of DBOS, or at one that no flag names. */
const commandsWithoutDatabase = ['demo', 'db', 'token', 'completion', 'help']

/**
 * As it is typed: pasted into a shell it is exactly these words. `databaseFlags` are words, not quoted, by which a command
 * line named the database; what the command says itself is not said again.
 */
export function renderCommand(line: CommandLine, databaseFlags: readonly string[] = []): string {
  return commandWords(line, databaseFlags).join(' ')
}

/** The same, word by word. */
export function commandWords(line: CommandLine, databaseFlags: readonly string[] = []): readonly string[] {
  const { program, words, operands, options } = line
  const carried = takesDatabase(line) ? without(toOptions(databaseFlags), options) : {}
  const called = program === drover ? ownCall().split(' ') : [program]
  return [...called, ...words, ...argumentWords(operands, { ...options, ...carried })]
}

/** What stands behind the name of a command: operands that look like options come last, behind `--`. */
export function renderArguments(operands: readonly string[], options: CommandOptions): string {
  return argumentWords(operands, options).join(' ')
}

function argumentWords(operands: readonly string[], options: CommandOptions): readonly string[] {
  const quoted = operands.map(quoteWord)
  const flags = optionWords(options)
  const isDashed = operands.some((operand) => operand.startsWith('-') && operand !== '-')
  return isDashed ? [...flags, '--', ...quoted] : [...quoted, ...flags]
}

/** Text, with its commands as they are typed; `harmless` is for what stands around them. */
export function renderPhrase(
  text: Phrase,
  databaseFlags: readonly string[] = [],
  harmless: (text: string) => string = (plain) => plain,
): string {
  return partsOf(text)
    .map((part) => (typeof part === 'string' ? harmless(part) : renderCommand(part, databaseFlags)))
    .join('')
}

function takesDatabase({ program, words: [first = 'help'] }: CommandLine): boolean {
  return program === drover && !commandsWithoutDatabase.includes(first)
}

function toOptions(words: readonly string[]): CommandOptions {
  const pairs = words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : []))
  return Object.fromEntries(pairs)
}

/** Each of these names a database by itself. */
const databaseOptions = ['--profile', '--db-url', '--database']

/** Without what the command says itself, or says in another way. */
function without(carried: CommandOptions, own: CommandOptions): CommandOptions {
  const said = Object.keys(own).filter((flag) => own[flag as `-${string}`] !== undefined)
  const namesDatabase = said.some((flag) => databaseOptions.includes(flag))
  return Object.fromEntries(
    Object.entries(carried).filter(
      ([flag]) => !said.includes(flag) && !(namesDatabase && databaseOptions.includes(flag)),
    ),
  )
}

function optionWords(options: CommandOptions): string[] {
  return Object.entries(options).flatMap(([flag, value]) => {
    if (value === undefined || value === null || value === false) return []
    if (value === true) return [flag]
    const values = typeof value === 'object' ? value : [String(value)]
    return values.flatMap((one) =>
      one.startsWith('-') ? [`${flag}=${quoteWord(one)}`] : [flag, quoteWord(one)],
    )
  })
}
