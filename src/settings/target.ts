import type { Context } from '../context.ts'
import type { DatabaseTarget } from '../core/database.ts'
import { CliError } from '../core/errors.ts'
import { command, phrase } from '../core/words/command-line.ts'
import { readPostgresUrl } from '../core/words/postgres-url.ts'
import { isAmbiguousUrl } from '../core/words/without-password.ts'
import { toPgUrl } from './libpq-url.ts'
import { byDefault, type Setting } from './setting.ts'
import type { Settings } from './settings.ts'
import { requireTrustedHosts } from './trust.ts'

export interface TargetOptions {
  /** Create the embedded database where nothing is configured and there is none yet. */
  readonly create?: boolean
  /** Postgres refuses what would change something, whatever the profile says. */
  readonly isReadOnly?: boolean
}

type TargetContext = Pick<Context, 'local' | 'env' | 'readFile' | 'projectFiles'>

/** The database that the settings name. Throws `no-database`. */
export async function findTarget(
  context: TargetContext,
  settings: Settings,
  { create = false, isReadOnly: isReading = false }: TargetOptions,
): Promise<DatabaseTarget> {
  const schema = settings.schema.value
  const connectTimeoutMs = settings.connectTimeoutMs.value
  const reconnectTimeoutMs = settings.reconnectTimeoutMs.value
  const { profile } = settings
  const isReadOnly = isReading || (profile?.isReadOnly ?? false)
  const mayCreate = create && !isReadOnly
  const labelOf = (place: string) => (profile ? `${profile.name} (${place})` : place)
  if (settings.databaseUrl) {
    const url = await readUrl(context, settings.databaseUrl)
    const label = labelOf(describeUrl(url, settings.databaseUrl.source))
    const listenUrl = settings.listenUrl ? await readUrl(context, settings.listenUrl) : undefined
    await requireTrustedHosts(context, settings.fileHosts, settings.files)
    return {
      url,
      schema,
      label,
      connectTimeoutMs,
      reconnectTimeoutMs,
      listenUrl,
      createSchema: mayCreate,
      isReadOnly,
      clearTextHosts: settings.clearTextHosts,
    }
  }
  const local = await context.local()
  if (!mayCreate && !local.exists()) {
    throw new CliError('no-database', 'No database is configured, and there is no embedded one yet.', {
      hint: phrase`name yours with --db-url postgres://…, or type ${command('demo')} to create the embedded one`,
    })
  }
  const { value: database, source } = settings.database
  // The usual one is no typing mistake.
  const target = await local.open({
    database,
    connectTimeoutMs,
    mustExist: !mayCreate && source !== byDefault,
  })
  const label = labelOf(target.label)
  return { ...target, label, schema, reconnectTimeoutMs, createSchema: mayCreate, isReadOnly }
}

/** The URL that a setting means, as pg connects by it. Throws `invalid-configuration`. */
async function readUrl(
  context: Pick<Context, 'env' | 'readFile'>,
  { value, source }: Setting<string>,
): Promise<string> {
  refuseAmbiguous(value, source)
  const url = await toPgUrl(context, value, source)
  describeUrl(url, source)
  return url
}

/** What may be shown of the database that a setting means: host, port and name. Throws `invalid-configuration`. */
export async function describeSetting(
  context: Pick<Context, 'env' | 'readFile'>,
  setting: Setting<string>,
): Promise<string> {
  return describeUrl(await readUrl(context, setting), setting.source)
}

function refuseAmbiguous(text: string, source: string): void {
  if (isAmbiguousUrl(text)) {
    throw new CliError(
      'invalid-configuration',
      `The password in the database URL from ${source} holds a character that ends it.`,
      { hint: 'percent-encode it: / is %2F, ? is %3F, # is %23, @ is %40' },
    )
  }
}

/** Host, port and database of a connection string, without its password. Throws `invalid-configuration`. */
function describeUrl(text: string, source: string): string {
  const url = readPostgresUrl(text)
  if (!url) {
    throw new CliError('invalid-configuration', `The database URL from ${source} is not a Postgres URL.`, {
      hint: 'write it as postgres://user:password@host:5432/database',
    })
  }
  const { host, port, path } = url
  if (host.startsWith('/')) return `${host}${path}`
  return `${host.includes(':') ? `[${host}]` : host}:${port}${path}`
}
