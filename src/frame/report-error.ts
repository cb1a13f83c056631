import type { Context } from '../context.ts'
import { CliError, exitCodeOf } from '../core/errors.ts'
import { type ExitCode, exitCodes } from '../core/exit-codes.ts'
import { nameForeignFailure } from '../core/foreign-failure.ts'
import { type Phrase, renderPhrase } from '../core/words/command-line.ts'
import { escapeControlLines, escapeControls } from '../core/words/escape-controls.ts'
import { githubCommand } from '../render/ci/github.ts'
import { escapeMessage, renderError } from '../render/error.ts'
import { createStyle } from '../render/style.ts'
import { toJsonLine } from '../render/to-json.ts'
import { isGitHubActions } from './follow/ci-report.ts'

interface Failure {
  readonly code: string
  readonly message: string
  readonly quotes?: string | undefined
  readonly hint?: Phrase
  readonly exitCode: ExitCode
}

/** Says on stderr what went wrong, as a sentence and a hint or as one JSON object, and returns its exit code. */
export function reportError(
  { terminal, env, databaseFlags }: Pick<Context, 'terminal' | 'env' | 'databaseFlags'>,
  error: unknown,
  asJson: boolean,
): ExitCode {
  const failure = toFailure(error)
  const { code, message, quotes, hint: advice, exitCode } = failure
  const hint = (harmless?: (text: string) => string) =>
    advice === undefined ? undefined : renderPhrase(advice, databaseFlags, harmless)
  // Only text of ours has several lines.
  const harmless = typeof advice === 'string' ? escapeControls : escapeAllLines
  if (asJson) terminal.note(toJsonLine({ error: { code, message, hint: hint(), exitCode } }))
  else if (isGitHubActions({ env })) {
    const told = hint(escapeControls)
    const text = [escapeMessage({ message, quotes }), ...(told === undefined ? [] : [`hint: ${told}`])].join(
      '\n',
    )
    terminal.tellRunner(terminal.stderr, githubCommand('error', text, `drover ${code}`))
  } else
    terminal.note(
      renderError({ message, quotes }, hint(harmless), createStyle(terminal.stderr.colorLevel)).join('\n'),
    )
  const isDebugging = env.DEBUG?.split(',').includes('drover') ?? false
  // Where drover noticed that an application crashed tells nothing.
  const origin = error instanceof CliError && !isDebugging ? error.cause : error
  const isWanted = isDebugging || exitCode === exitCodes.bug.code
  if (isWanted && origin !== undefined) terminal.note(escapeAllLines(stackOf(origin)))
  return exitCode
}

function escapeAllLines(text: string): string {
  return escapeControlLines(text).join('\n')
}

function toFailure(error: unknown): Failure {
  if (error instanceof CliError) {
    const { code, message, quotes, advice } = error
    return { code, message, quotes, hint: advice, exitCode: exitCodeOf(code) }
  }
  const named = nameForeignFailure(error)
  if (named) return toFailure(named)
  const quotes = error instanceof Error ? error.message : String(error)
  return {
    code: 'bug',
    message: `This is a bug in drover: ${quotes}`,
    quotes,
    hint: 'please report it with the lines below',
    exitCode: exitCodes.bug.code,
  }
}

/** The stack with those of its causes. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? error.message
  return error.cause === undefined ? own : `${own}\ncaused by: ${stackOf(error.cause)}`
}
