import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { PlatformResult } from '../../core/platform.ts'
import { command, type Phrase, phrase } from '../../core/words/command-line.ts'
import { nearest } from '../../core/words/nearest.ts'
import { printNotice } from '../../frame/print-notice.ts'

/** What is said of a name that is not there. */
export interface Missing {
  readonly notFound: string
  /** Asked only then: it reads which names there are. */
  notFoundHint(): Phrase | Promise<Phrase>
}

interface Words extends Missing {
  readonly changed: string
  /** Why nothing was done: one sentence, and what to type instead. */
  readonly noOp: string
  readonly noOpHint?: Phrase
}

/** Throws `not-there`: nobody is asked about what is not there. */
export async function requireThere<Row>(row: Row | undefined, missing: Missing): Promise<Row> {
  if (row !== undefined) return row
  throw await toNotThere(missing)
}

/** Says that something was done; that nothing was is an error, never a success. */
export async function settleResult(context: Context, result: PlatformResult, words: Words): Promise<void> {
  if (result === 'no-op') throw new CliError('nothing-to-do', words.noOp, { hint: words.noOpHint })
  if (result === 'not-found') throw await toNotThere(words)
  printNotice(context, words.changed)
}

export async function toNotThere(missing: Missing): Promise<CliError> {
  return new CliError('not-there', missing.notFound, { hint: await missing.notFoundHint() })
}

type Named = readonly { readonly name: string }[]

/** Of a name that is not among those that `read` finds. */
export function missingAmong(
  list: 'queues' | 'schedules',
  typed: string,
  notFound: string,
  read: () => Named | Promise<Named>,
): Missing {
  return {
    notFound,
    notFoundHint: async () => {
      const there = await read()
      return listOrNearest(
        list,
        typed,
        there.map(({ name }) => name),
      )
    },
  }
}

/** What to type after a name that is not there: the list, and the name that was probably meant. */
function listOrNearest(list: 'queues' | 'schedules', typed: string, names: readonly string[]): Phrase {
  const meant = nearest(typed, names)
  return meant === undefined ? command(list) : phrase`did you mean ${meant}? ${command(list)}`
}
