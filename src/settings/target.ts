import type { Context } from '../context.ts'
import type { DatabaseTarget } from '../core/database.ts'
import { CliError } from '../core/errors.ts'
import { command, phrase } from '../core/words/command-line.ts'
import { readPostgresUrl, withHost } from '../core/words/postgres-url.ts'
import { isAmbiguousUrl } from '../core/words/without-password.ts'
import { byDefault } from './setting.ts'
import type { Settings } from './settings.ts'
import { requireTrustedHosts } from './trust.ts'

export interface TargetOptions {
  /** Create the embedded database where nothing is configured and there is none yet. */
  readonly create?: boolean
}

/** The database that the settings name. Throws `no-database`. */
export async function findTarget(
  context: Pick<Context, 'local' | 'env' | 'projectFiles'>,
  settings: Settings,
  { create = false }: TargetOptions,
): Promise<DatabaseTarget> {
  const schema = settings.schema.value
  const connectTimeoutMs = settings.connectTimeoutMs.value
  const reconnectTimeoutMs = settings.reconnectTimeoutMs.value
  if (settings.databaseUrl) {
    const url = settings.databaseUrl.value
    const label = describeUrl(url, settings.databaseUrl.source)
    if (settings.listenUrl) describeUrl(settings.listenUrl.value, settings.listenUrl.source)
    await requireTrustedHosts(context, settings.fileHosts, settings.files)
    const listenUrl = settings.listenUrl?.value
    return {
      url: withHost(url),
      schema,
      label,
      connectTimeoutMs,
      reconnectTimeoutMs,
      listenUrl,
      createSchema: create,
      clearTextHosts: settings.clearTextHosts,
    }
  }
  const local = await context.local()
  if (!create && !local.exists()) {
    throw new CliError('no-database', 'No database is configured, and there is no embedded one yet.', {
      hint: phrase`name yours with --db-url postgres://…, or type ${command('demo')} to create the embedded one`,
    })
  }
  const { value: database, source } = settings.database
  // The usual one is no typing mistake.
  const target = await local.open({ database, connectTimeoutMs, mustExist: !create && source !== byDefault })
  return { ...target, schema, reconnectTimeoutMs, createSchema: create }
}

/** Host, port and database of a connection string, without its password. Throws `invalid-configuration`. */
export function describeUrl(text: string, source: string): string {
  if (isAmbiguousUrl(text)) {
    throw new CliError(
      'invalid-configuration',
      `The password in the database URL from ${source} holds a character that ends it.`,
      { hint: 'percent-encode it: / is %2F, ? is %3F, # is %23, @ is %40' },
    )
  }
  const url = readPostgresUrl(text)
  if (!url) {
    throw new CliError('invalid-configuration', `The database URL from ${source} is not a Postgres URL.`, {
      hint: 'write it as postgres://user:password@host:5432/database',
    })
  }
  const { host, port, path } = url
  return host.startsWith('/') ? `${host}${path}` : `${host}:${port}${path}`
}
