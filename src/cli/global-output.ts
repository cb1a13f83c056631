import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import { parseQuery } from '../core/wait/query.ts'
import { parseExact } from '../core/words/exact-number.ts'
import type { JsonValue } from '../core/workflow.ts'
import { toResultText } from '../frame/output-format.ts'
import { lastValueOf, typedFormats, wordsOf } from '../frame/typed-flags.ts'
import { toJsonLine, toJsonText } from '../render/to-json.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** A command line with what holds for the output of every command: it is acted on around the command, which knows nothing of it. */
export interface ShapedLine {
  readonly context: Context
  readonly argv: readonly string[]
}

/** Throws `invalid-argument` for a query that is none. */
export async function shapeOutput(context: Context, argv: readonly string[]): Promise<ShapedLine> {
  const { terminal, env } = context
  const words = wordsOf(argv)
  const formats = typedFormats(words)
  const has = (...names: readonly string[]): boolean => words.some((word) => names.includes(word))
  const query = lastValueOf('--query', words)
  const isJsonImplied = query !== undefined && formats.length === 0
  const changes: Partial<Terminal> = {
    ...((has('--no-prompt') || env.DROVER_NO_PROMPT) && { stdinIsTerminal: false }),
    ...(has('-q', '--quiet') && { note: () => {}, spinner: () => ({ stop: () => {} }) }),
    ...(query !== undefined && {
      print: await printQuery(terminal, query, {
        isRaw: has('-r', '--raw-string'),
        isLines: formats.includes('jsonl'),
      }),
    }),
  }
  return {
    context: { ...context, terminal: { ...terminal, ...changes } },
    argv: isJsonImplied ? [...words, '-o', 'json', ...argv.slice(words.length)] : argv,
  }
}

interface QueryOutput {
  readonly isRaw: boolean
  /** JSON on each line; else what is printed is one document. */
  readonly isLines: boolean
}

/** What the query finds in a document, or in each line, is printed in its place. */
async function printQuery(
  { print, stdout }: Terminal,
  query: string,
  { isRaw, isLines }: QueryOutput,
): Promise<Terminal['print']> {
  const find = await parseQuery(query)
  const toText = isLines ? toJsonLine : toJsonText
  return async (text) => {
    for (const part of isLines ? text.split('\n') : [text]) {
      const found = find(readJson(part))
      await print(isRaw && typeof found === 'string' ? toResultText(stdout, found, true) : toText(found))
    }
  }
}

function readJson(text: string): JsonValue {
  try {
    return parseExact(text)
  } catch {
    throw new CliError('usage', '--query looks into JSON, and this is none.', {
      hint: 'it goes with -o json and -o jsonl',
    })
  }
}
