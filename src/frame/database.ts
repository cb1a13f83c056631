import { once } from 'node:events'
import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import type { DatabaseTarget, Store } from '../core/store.ts'
import { type DatabaseFlags, readSettings, type Settings } from '../settings/settings.ts'
import { tell } from './tell.ts'

interface StoreOptions {
  /** Create the embedded database where nothing is configured and there is none yet. */
  readonly create?: boolean
}

/** Opens the database that flags, environment and files name, lends it, and closes it again. */
export async function withStore<Result>(
  context: Context,
  flags: DatabaseFlags,
  use: (store: Store, settings: Settings, target: DatabaseTarget) => Promise<Result>,
  options: StoreOptions = {},
): Promise<Result> {
  const settings = await readSettings(context, flags)
  const target = await findTarget(context, settings, options)
  const store = await openUnlessInterrupted(context, target)
  noteUnknownTables(context, store)
  try {
    return await use(store, settings, target)
  } finally {
    await store.close()
  }
}

/** Connecting can take its whole time-out: ctrl-c is heard meanwhile. */
async function openUnlessInterrupted(context: Context, target: DatabaseTarget): Promise<Store> {
  const { signal } = context.interrupts
  const opening = context.openStore(target)
  const interrupted = once(signal, 'abort').then(() => undefined)
  const store = signal.aborted ? undefined : await Promise.race([opening, interrupted])
  if (store) return store
  opening.then((late) => late.close()).catch(() => {})
  throw new CliError('interrupted', `Interrupted while connecting to ${target.label}.`)
}

/** DBOS adds to its tables and takes little away, so that what drover knows of them is most likely still right. */
function noteUnknownTables(context: Context, { database }: Store): void {
  const { label, unknownMigration } = database
  if (unknownMigration === undefined) return
  tell(
    context,
    `warning: the DBOS tables of ${label} are newer (migration ${unknownMigration}) than this drover knows; update drover when something looks wrong.`,
  )
}

async function findTarget(
  context: Context,
  settings: Settings,
  { create = false }: StoreOptions,
): Promise<DatabaseTarget> {
  const schema = settings.schema.value
  const connectTimeoutMs = settings.connectTimeoutMs.value
  const reconnectTimeoutMs = settings.reconnectTimeoutMs.value
  if (settings.databaseUrl) {
    const url = settings.databaseUrl.value
    const label = describeUrl(url, settings.databaseUrl.source)
    if (settings.listenUrl) describeUrl(settings.listenUrl.value, settings.listenUrl.source)
    const listenUrl = settings.listenUrl?.value
    return {
      url: withHost(url),
      schema,
      label,
      connectTimeoutMs,
      reconnectTimeoutMs,
      listenUrl,
      createSchema: create,
    }
  }
  const local = await context.local()
  if (!create && !local.exists()) {
    throw new CliError('no-database', 'No database is configured, and there is no embedded one yet.', {
      hint: 'name yours with --db-url postgres://…, or type drover demo to create the embedded one',
    })
  }
  const target = await local.open({ database: settings.database.value, connectTimeoutMs })
  return { ...target, schema, reconnectTimeoutMs, createSchema: create }
}

/** Host, port and database of a connection string, without its password. Throws `invalid-configuration`. */
export function describeUrl(text: string, source: string): string {
  const url = withHost(text)
  if (!URL.canParse(url) || !/^postgres(ql)?:/.test(url)) {
    throw new CliError('invalid-configuration', `The database URL from ${source} is not a Postgres URL.`, {
      hint: 'write it as postgres://user:password@host:5432/database',
    })
  }
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = decodeURIComponent(searchParams.get('host') ?? hostname)
  return host.startsWith('/') ? `${host}${pathname}` : `${host || 'localhost'}:${port || '5432'}${pathname}`
}

/** `postgres://user@/name?host=/directory` is right for Postgres, and no URL for anybody else. */
function withHost(url: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/(?:[^/@?]*@)?)(?=[/?])/, '$1localhost')
}
