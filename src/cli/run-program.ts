import { type Command, CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { CliError, exitCodeOf } from '../core/errors.ts'
import { type ExitCode, exitCodes } from '../core/exit-codes.ts'
import { command, phrase } from '../core/words/command-line.ts'
import { refuseNul } from '../core/words/database-value.ts'
import { interruptCode, isMakingRoom } from '../frame/interrupt.ts'
import { repeatDatabase } from '../frame/repeat-database.ts'
import { typedFormats, wordsOf } from '../frame/typed-flags.ts'
import type { ShapedLine } from './global-output.ts'
import { createProgram } from './program.ts'
import { schemaTopic } from './topic-names.ts'

/** Runs one command line to its end. Never throws, never exits: what went wrong is said, and told by `context.exitWith`. */
export async function run(outer: Context, argv: readonly string[]): Promise<void> {
  const context = repeatDatabase(outer, argv)
  if (argv[0] === 'complete' && argv[1] === '--') return completeWords(context, argv.slice(2))
  let program: Command | undefined
  try {
    for (const word of argv) refuseNul(word, 'The command line')
    const line = await shape(context, argv)
    const words = asTopic(line.argv)
    program = await loadProgram(line.context, words)
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0
    if (isHelp || (isMakingRoom(context) && isInterruption(error))) return
    const failure = printsNoJson(error, argv) ?? (await toFailure(error, argv, program))
    const code = await report(context, argv, failure)
    context.exitWith(code === exitCodes.interrupted.code ? interruptCode(context) : code)
  }
}

/** `help schema list`: a topic with a word behind it, which help itself takes none of. */
function asTopic(argv: readonly string[]): readonly string[] {
  return argv[0] === 'help' && argv[1] === schemaTopic ? argv.slice(1) : argv
}

/** `help --json` is about all commands; else those are loaded that are named. */
async function loadProgram(context: Context, argv: readonly string[]): Promise<Command> {
  if (argv[0] !== 'help' || !wantsJson(argv)) return createProgram(context, argv)
  const { createHelpProgram } = await import('./help-program.ts')
  return createHelpProgram(context)
}

/** What the script of a shell asks for: it is shown nothing else, whatever happens. */
async function completeWords(context: Context, words: readonly string[]): Promise<void> {
  const { complete } = await import('./complete.ts')
  await complete(context, words).catch(() => {})
}

/** A query asks for JSON of a command that has no `-o`. */
function printsNoJson(error: unknown, argv: readonly string[]): CliError | undefined {
  const isMissing = error instanceof CommanderError && error.message.includes(`unknown option '-o'`)
  if (!isMissing || argv.includes('-o')) return undefined
  return new CliError('usage', '--query looks into JSON, and this command prints none.', {
    hint: phrase`${command('list', [], { '--query': '[].workflowId' })}   # is one that does`,
  })
}

/** Loaded where something is said of the output of every command. */
async function shape(
  context: Context,
  argv: readonly string[],
): Promise<Pick<ShapedLine, 'context' | 'argv'>> {
  const isShaped = argv.some((word) => /^(--query(=.*)?|-q|--quiet|--no-prompt)$/s.test(word))
  if (!isShaped && !context.env.DROVER_NO_PROMPT) return { context, argv }
  const { shapeOutput } = await import('./global-output.ts')
  return shapeOutput(context, argv)
}

/** Says what went wrong in the format that was asked for, and returns the exit code of it. */
export async function report(context: Context, argv: readonly string[], error: unknown): Promise<ExitCode> {
  const say = await prepareReport(context, argv)
  return say(error)
}

/** For who cannot wait when something goes wrong. */
export async function prepareReport(
  context: Context,
  argv: readonly string[],
): Promise<(error: unknown) => ExitCode> {
  const { reportError } = await import('../frame/report-error.ts')
  return (error) => reportError(repeatDatabase(context, argv), error, wantsJson(argv))
}

/** Loaded where something is wrong with a command line: what to type instead. */
async function toFailure(error: unknown, argv: readonly string[], program?: Command): Promise<unknown> {
  const isAboutLine = error instanceof CommanderError || isUsage(error)
  if (!isAboutLine) return error
  const { addHelpLine, toUsageError } = await import('./usage-error.ts')
  return error instanceof CommanderError ? toUsageError(error, argv, program) : addHelpLine(error, program)
}

function isInterruption(error: unknown): boolean {
  return error instanceof CliError && error.code === 'interrupted'
}

function isUsage(error: unknown): error is CliError {
  return error instanceof CliError && exitCodeOf(error.code) === exitCodes.usage.code
}

/** Errors follow the format that stdout was asked for, also when the command line itself is wrong. */
function wantsJson(argv: readonly string[]): boolean {
  return typedFormats(wordsOf(argv)).some((format) => format === 'json' || format === 'jsonl')
}
