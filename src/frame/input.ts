import path from 'node:path'
import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'

/** The text that `--input` names: `@FILE`, `-` for stdin, or the text itself. Throws `invalid-argument`. */
export async function readInput(
  { terminal, readFile, cwd }: Pick<Context, 'terminal' | 'readFile' | 'cwd'>,
  source: string,
): Promise<string> {
  if (source === '-') return terminal.readStdin()
  if (!source.startsWith('@')) return source
  const file = path.resolve(cwd, source.slice(1))
  const text = await readFile(file)
  if (text !== undefined) return text
  throw new CliError('invalid-argument', `There is no file ${file}.`, {
    hint: '--input takes @FILE, - for stdin, or JSON in place',
  })
}
