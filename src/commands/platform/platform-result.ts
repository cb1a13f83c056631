import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { PlatformResult } from '../../core/platform.ts'
import { command, type Phrase, phrase } from '../../core/words/command-line.ts'
import { nearest } from '../../core/words/nearest.ts'
import { printNotice } from '../../frame/print-notice.ts'

interface Words {
  readonly changed: string
  /** Why nothing was done: one sentence, and what to type instead. */
  readonly noOp: string
  readonly noOpHint?: Phrase
  readonly notFound: string
  readonly notFoundHint: Phrase
}

/** Throws `not-there`: nobody is asked about what is not there. */
export function requireThere<Row>(
  row: Row | undefined,
  { notFound, notFoundHint }: Pick<Words, 'notFound' | 'notFoundHint'>,
): Row {
  if (row !== undefined) return row
  throw new CliError('not-there', notFound, { hint: notFoundHint })
}

/** Says that something was done; that nothing was is an error, never a success. */
export function settleResult(context: Context, result: PlatformResult, words: Words): void {
  if (result === 'no-op') throw new CliError('nothing-to-do', words.noOp, { hint: words.noOpHint })
  if (result === 'not-found') throw new CliError('not-there', words.notFound, { hint: words.notFoundHint })
  printNotice(context, words.changed)
}

/** What to type after a name that is not there: the list, and the name that was probably meant. */
export function listOrNearest(list: 'queues' | 'schedules', typed: string, names: readonly string[]): Phrase {
  const meant = nearest(typed, names)
  return meant === undefined ? command(list) : phrase`did you mean ${meant}? ${command(list)}`
}
