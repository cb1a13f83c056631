import path from 'node:path'
import type { Context } from '../context.ts'
import type { PostgresUrl } from '../core/words/postgres-url.ts'

/** The password file, where it holds a password for any host, and so for this one that it does not name. */
export async function passwordFileMatch(
  { env, readFile }: Pick<Context, 'env' | 'readFile'>,
  { host }: PostgresUrl,
): Promise<readonly string[]> {
  const file = env.PGPASSFILE || (env.HOME && path.join(env.HOME, '.pgpass'))
  if (!file) return []
  const text = (await readFile(file).catch(() => undefined)) ?? ''
  const hosts = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':', 1)[0])
  return hosts.includes('*') && !hosts.includes(host) ? [`a password of ${file}`] : []
}
