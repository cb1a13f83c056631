import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import { withHost } from '../core/words/postgres-url.ts'
import { readService } from './pg-service.ts'

/** What pg would pass over, and libpq connects elsewhere or more safely for; without values: whatever it says. */
const refusedByParameter: Readonly<Record<string, readonly string[] | undefined>> = {
  hostaddr: undefined,
  passfile: undefined,
  servicefile: undefined,
  require_auth: undefined,
  sslcrl: undefined,
  sslcrldir: undefined,
  channel_binding: ['require'],
  gssencmode: ['require'],
  target_session_attrs: ['read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
}

/** `PGPASSFILE` is missing: pg reads it. */
const refusedByVariable: Readonly<Record<string, string>> = {
  PGHOSTADDR: 'hostaddr',
  PGREQUIREAUTH: 'require_auth',
  PGSSLCRL: 'sslcrl',
  PGSSLCRLDIR: 'sslcrldir',
  PGCHANNELBINDING: 'channel_binding',
  PGGSSENCMODE: 'gssencmode',
  PGTARGETSESSIONATTRS: 'target_session_attrs',
}

const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']
const certificateFiles = { sslrootcert: 'PGSSLROOTCERT', sslcert: 'PGSSLCERT', sslkey: 'PGSSLKEY' } as const

/**
 * The same database as libpq would find by this URL, with all that pg does not look for written into it: its service, `dbname`,
 * host, port and database from the environment, certificates. Throws `invalid-configuration` for what cannot be had.
 */
export async function toPgUrl(
  context: Pick<Context, 'env' | 'readFile'>,
  given: string,
  source: string,
): Promise<string> {
  const { env } = context
  const refuse = (problem: string, hint: string): CliError =>
    new CliError('invalid-configuration', `The database URL from ${source} ${problem}.`, { hint })
  const oneHost = (host: string): void => {
    if (!host.includes(',')) return
    throw refuse('names several hosts; drover connects to one', 'name the one that takes writes')
  }
  oneHost(/^[a-z]+:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(given)?.[1] ?? '')
  if (!URL.canParse(withHost(given))) return given
  const hasHost = withHost(given) === given
  const url = new URL(withHost(given))
  const parameters = url.searchParams
  const fill = (key: string, value: string | undefined): void => {
    if (value) setUnlessGiven(url, hasHost, key, value)
  }

  const service = parameters.get('service') ?? env.PGSERVICE
  // The password of a service is for its own host.
  const namesHost = hasHost || parameters.has('host')
  const isComplete = !parameters.has('service') && url.username !== '' && url.pathname.length > 1
  if (service && namesHost && !isComplete)
    throw refuse(`names a host, and the service "${service}" another one`, 'leave one of them out')
  if (parameters.has('service')) parameters.delete('service')
  if (service && !namesHost) for (const [key, value] of await readService(context, service)) fill(key, value)
  const database = parameters.get('dbname')
  if (database !== null) {
    url.pathname = `/${encodeURIComponent(database)}`
    parameters.delete('dbname')
  }

  for (const [key, values] of Object.entries(refusedByParameter)) {
    const value = parameters.get(key)
    if (value !== null && (!values || values.includes(value)))
      throw refuse(`asks for ${key}, which drover does not know`, `leave ${key} out`)
  }
  for (const [name, key] of Object.entries(refusedByVariable)) {
    const values = refusedByParameter[key]
    const value = env[name]
    if (value && !parameters.has(key) && (!values || values.includes(value)))
      throw new CliError('invalid-configuration', `drover does not know ${name}, which is set.`, {
        hint: `unset ${name}   # or: env -u ${name} drover …`,
      })
  }

  fill('host', env.PGHOST)
  fill('port', env.PGPORT)
  fill('dbname', env.PGDATABASE)
  oneHost(parameters.get('host') ?? '')
  await useCertificates(context, parameters, refuse)
  return url.href
}

function setUnlessGiven(url: URL, hasHost: boolean, key: string, value: string): void {
  const parameters = url.searchParams
  if (parameters.has(key)) return
  switch (key) {
    case 'host':
      if (!hasHost) parameters.set('host', value)
      break
    case 'port':
      if (url.port === '') url.port = value
      break
    case 'dbname':
      if (url.pathname.length <= 1) url.pathname = `/${encodeURIComponent(value)}`
      break
    case 'user':
      if (url.username === '') url.username = encodeURIComponent(value)
      break
    case 'password':
      if (url.password === '') url.password = encodeURIComponent(value)
      break
    default:
      parameters.set(key, value)
  }
}

async function useCertificates(
  { env, readFile }: Pick<Context, 'env' | 'readFile'>,
  parameters: URLSearchParams,
  refuse: (problem: string, hint: string) => CliError,
): Promise<void> {
  const mode = parameters.get('sslmode') ?? (env.PGSSLMODE || null)
  if (mode === null) return requireFiles(readFile, parameters, refuse)
  if (!sslModes.includes(mode))
    throw refuse(`asks for sslmode=${mode}, which drover does not know`, `it knows ${sslModes.join(', ')}`)
  if (mode === 'disable' || mode === 'prefer') return requireFiles(readFile, parameters, refuse)
  for (const [key, name] of Object.entries(certificateFiles)) {
    const file = env[name]
    if (!file || parameters.has(key)) continue
    parameters.set('sslmode', mode)
    parameters.set(key, file)
  }
  // The certificates that Node brings, or the system where NODE_OPTIONS=--use-openssl-ca says so.
  if (parameters.get('sslrootcert') === 'system') {
    parameters.delete('sslrootcert')
    parameters.set('sslmode', 'verify-full')
  }
  await requireFiles(readFile, parameters, refuse)
}

async function requireFiles(
  readFile: Context['readFile'],
  parameters: URLSearchParams,
  refuse: (problem: string, hint: string) => CliError,
): Promise<void> {
  for (const key of Object.keys(certificateFiles)) {
    const file = parameters.get(key)
    if (file === null) continue
    const text = await readFile(file).catch((error: Error) => error)
    if (typeof text === 'string') continue
    const reason = text instanceof Error ? `cannot be read (${text.message})` : 'is not there'
    throw refuse(`names the file ${file} as ${key}, which ${reason}`, `mend ${key}, or leave it out`)
  }
}
