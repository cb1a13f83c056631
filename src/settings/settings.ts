import path from 'node:path'
import type { Context } from '../context.ts'
import type { WorkflowProfiles } from '../core/decide/answer-profile.ts'
import { CliError } from '../core/errors.ts'
import { parseDuration } from '../core/words/duration.ts'
import { longestTimerMs } from '../core/words/long-timer.ts'
import { chooseDatabase } from './choose-database.ts'
import { readConfigFile } from './config-file.ts'
import { readDbosConfig } from './dbos-config.ts'
import { byDefault, type Setting } from './setting.ts'

/** The flags that every command has. */
export interface DatabaseFlags {
  readonly dbUrl?: string
  /** Of the embedded server. */
  readonly database?: string
  readonly schema?: string
  readonly connectTimeout?: string
  readonly listenUrl?: string
  readonly reconnectTimeout?: string
}

export interface Settings {
  /** Null: the embedded database. */
  readonly databaseUrl: Setting<string> | null
  /** The database inside the embedded server. */
  readonly database: Setting<string>
  readonly schema: Setting<string>
  readonly connectTimeoutMs: Setting<number>
  /** Null: notifications come through `databaseUrl`. */
  readonly listenUrl: Setting<string> | null
  readonly reconnectTimeoutMs: Setting<number>
  readonly app: Setting<string> | null
  readonly application: Setting<string> | null
  /** Whether who decides is recorded in the database. */
  readonly audit: Setting<'on' | 'off'>
  readonly workflows: Readonly<Record<string, WorkflowProfiles>>
}

/** First found wins: flags, environment, `drover.config.json`, `dbos-config.yaml`, defaults. Throws `invalid-configuration`. */
export async function readSettings(
  context: Pick<Context, 'cwd' | 'env' | 'readFile'>,
  flags: DatabaseFlags,
): Promise<Settings> {
  const { env } = context
  const file = await readConfigFile(context)
  const dbos = await readDbosConfig(context)
  const fromFile = <Value>(value: Value | undefined) => setting(value, file.path)
  return {
    ...chooseDatabase([
      {
        databaseUrl: setting(flags.dbUrl, '--db-url'),
        database: setting(flags.database, '--database'),
        isExclusive: true,
      },
      {
        databaseUrl: variable(env, 'DROVER_DB_URL'),
        database: variable(env, 'DROVER_DATABASE'),
        isExclusive: true,
      },
      { databaseUrl: variable(env, 'DBOS_SYSTEM_DATABASE_URL') },
      { databaseUrl: fromFile(file.databaseUrl), database: fromFile(file.database) },
      { databaseUrl: setting(dbos.systemDatabaseUrl, dbos.path) },
    ]),
    schema: requireName(
      setting(flags.schema, '--schema') ?? fromFile(file.schema) ?? { value: 'dbos', source: byDefault },
    ),
    connectTimeoutMs: atMost(longestTimerMs, duration(flags.connectTimeout, '--connect-timeout', 5000)),
    listenUrl:
      setting(flags.listenUrl, '--listen-url') ??
      variable(env, 'DROVER_LISTEN_URL') ??
      fromFile(file.listenUrl) ??
      null,
    reconnectTimeoutMs: duration(flags.reconnectTimeout, '--reconnect-timeout', 5 * 60_000),
    app: setting(file.app && resolveApp(file.path, file.app), file.path) ?? null,
    application: fromFile(file.application) ?? setting(dbos.name, dbos.path) ?? null,
    audit: { value: file.audit === 'off' ? 'off' : 'on', source: file.audit ? file.path : byDefault },
    workflows: file.workflows ?? {},
  }
}

/** The timer is the database driver's own. */
function atMost(longestMs: number, { value, source }: Setting<number>): Setting<number> {
  return { value: Math.min(value, longestMs), source }
}

function duration(flag: string | undefined, name: string, otherwiseMs: number): Setting<number> {
  return flag ? { value: parseDuration(flag), source: name } : { value: otherwiseMs, source: byDefault }
}

/** Nothing that was meant and is empty, such as `--db-url "$UNSET"`, may quietly mean another database. */
function setting<Value>(value: Value | undefined, source: string): Setting<Value> | undefined {
  if (value !== '') return value === undefined ? undefined : { value, source }
  throw new CliError('invalid-configuration', `A setting from ${source} is empty.`, {
    hint: 'give it a value, or leave it out',
  })
}

/** An environment variable that is empty is not set. */
function variable(env: Context['env'], name: string): Setting<string> | undefined {
  return setting(env[name] || undefined, name)
}

/** The system tables' schema stands in statements of DBOS's own, where not every name is safe. */
function requireName(schema: Setting<string>): Setting<string> {
  if (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(schema.value)) return schema
  throw new CliError(
    'invalid-configuration',
    `"${schema.value}" from ${schema.source} is not the name of a schema.`,
    {
      hint: 'letters, digits and underscores',
    },
  )
}

/** A module named in a file is meant relative to that file. */
function resolveApp(configFile: string, app: string): string {
  return app.startsWith('drover:') ? app : path.resolve(path.dirname(configFile), app)
}
