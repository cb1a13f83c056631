import type { Context } from '../context.ts'
import type { ProjectFile } from '../core/project-files.ts'
import { isThisMachine, type PostgresUrl, readPostgresUrl } from '../core/words/postgres-url.ts'
import { passwordFileMatch } from './password-file.ts'
import { markVariables, type Substituted } from './substitute-env.ts'

/** A host that drover connects to because a file of the project says so, and nothing else does. */
export interface FileHost {
  /** With its port. */
  readonly host: string
  readonly file: ProjectFile
  readonly isThisMachine: boolean
  /** What of the environment would go there, in words; empty on this machine. */
  readonly carried: readonly string[]
}

export interface UrlInUse {
  /** Undefined where a flag or a variable names it. */
  readonly chosen?: { readonly file: ProjectFile; readonly text: Substituted }
  readonly value: string | undefined
}

interface Usage {
  readonly urls: readonly UrlInUse[]
  /** Of files, and sent to whatever database it is. */
  readonly sent: readonly (Substituted | undefined)[]
}

/** The hosts of the URLs that files chose, where neither a flag nor the environment names the same one. */
export async function findFileHosts(
  context: Pick<Context, 'env' | 'readFile'>,
  { urls, sent }: Usage,
): Promise<readonly FileHost[]> {
  const { env } = context
  const named = [
    ...urls.flatMap(({ chosen, value }) => (chosen ? [] : [value])),
    ...['DROVER_DB_URL', 'DBOS_SYSTEM_DATABASE_URL', 'DROVER_LISTEN_URL'].map((name) => env[name]),
  ]
  const known = new Set([env.PGHOST, ...named.map((url) => readPostgresUrl(url ?? '')?.host)])
  const found: FileHost[] = []
  for (const { chosen } of urls) {
    if (!chosen || isHostOfEnvironment(chosen.text, env)) continue
    const url = readPostgresUrl(chosen.text.value)
    if (!url || known.has(url.host)) continue
    const variables = new Set([chosen.text, ...sent].flatMap((text) => text?.variables ?? []))
    const carried = isThisMachine(url.host)
      ? []
      : [...[...variables].map((name) => `\${${name}}`), ...(await addedByDriver(context, url))]
    const host = `${shownHost(chosen.text, url, env)}:${url.port}`
    found.push({ host, file: chosen.file, isThisMachine: isThisMachine(url.host), carried })
  }
  return found
}

const word = 'of-the-environment'

/** The host with `word` in place of each variable. */
function markedHost({ template }: Substituted, env: Context['env']): string | undefined {
  if (template.includes(word)) return undefined
  const text = markVariables(template, env, word)
  return readPostgresUrl(text.startsWith(word) ? `postgres://${text}` : text)?.host
}

/** No part of the host stands in the file: all of it comes from one variable. */
function isHostOfEnvironment(text: Substituted, env: Context['env']): boolean {
  return markedHost(text, env) === word
}

/** What a variable put into it may be a secret. */
function shownHost(text: Substituted, { host }: PostgresUrl, env: Context['env']): string {
  const marked = markedHost(text, env) ?? word
  return marked.includes(word) ? marked.replaceAll(word, '${…}') : host
}

/** What the driver takes from elsewhere where the URL does not say it. */
async function addedByDriver(
  { env, readFile }: Pick<Context, 'env' | 'readFile'>,
  url: PostgresUrl,
): Promise<string[]> {
  const takes = (name: string, isNeeded: boolean) => (isNeeded && env[name] ? [name] : [])
  const needsPassword = !url.hasPassword
  const service = url.options.get('service') ?? env.PGSERVICE
  return [
    ...(service ? [`what the service ${service} says`] : []),
    ...takes('PGPASSWORD', needsPassword),
    ...(needsPassword && !env.PGPASSWORD ? await passwordFileMatch({ env, readFile }, url) : []),
    ...(url.user ? [] : env.PGUSER ? ['PGUSER'] : ['the name of your user']),
    ...takes('PGDATABASE', url.path.length <= 1),
    ...takes('PGOPTIONS', !url.options.get('options')),
    ...takes('PGSSLCERT', !url.options.get('sslcert')),
    ...takes('PGREPLICATION', !url.options.get('replication')),
  ]
}
