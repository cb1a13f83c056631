import path from 'node:path'
import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'

/** The parameters of a service of libpq's, as `psql service=NAME` finds them. Throws `invalid-configuration` without one. */
export async function readService(
  { env, readFile }: Pick<Context, 'env' | 'readFile'>,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  const files = [
    env.PGSERVICEFILE || path.join(env.HOME ?? '/', '.pg_service.conf'),
    path.join(env.PGSYSCONFDIR || '/etc', 'pg_service.conf'),
  ]
  for (const file of files) {
    const text = await readFile(file).catch((cause: Error) => {
      throw new CliError('invalid-configuration', `The services in ${file} cannot be read.`, {
        hint: 'mend its permissions, or leave PGSERVICE and ?service= out',
        cause,
      })
    })
    const found = parseService(text ?? '', name)
    if (found) return found
  }
  throw new CliError('invalid-configuration', `There is no service "${name}" in ${files.join(' or ')}.`, {
    hint: 'PGSERVICE or ?service= names it; leave it out, or add a section of that name to the file',
  })
}

function parseService(text: string, name: string): ReadonlyMap<string, string> | undefined {
  let found: Map<string, string> | undefined
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      if (found) return found
      if (line === `[${name}]`) found = new Map()
      continue
    }
    const equals = line.indexOf('=')
    if (!found || equals < 0) continue
    const key = line.slice(0, equals).trim()
    if (!found.has(key)) found.set(key, line.slice(equals + 1).trim())
  }
  return found
}
