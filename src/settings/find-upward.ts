import path from 'node:path'
import type { Context } from '../context.ts'

/** The nearest file of this name in the current directory or above it. */
export async function findUpward(
  { cwd, readFile }: Pick<Context, 'cwd' | 'readFile'>,
  name: string,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  for (let directory = cwd; ; directory = path.dirname(directory)) {
    const candidate = path.join(directory, name)
    const text = await readFile(candidate)
    if (text !== undefined) return { path: candidate, text }
    if (path.dirname(directory) === directory) return undefined
  }
}
