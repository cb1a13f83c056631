import path from 'node:path'
import type { Context } from '../context.ts'
import type { WorkflowProfiles } from '../core/decide/answer-profile.ts'
import { CliError } from '../core/errors.ts'
import type { ProjectFile } from '../core/project-files.ts'
import { parseDuration } from '../core/words/duration.ts'
import { hasControls } from '../core/words/escape-controls.ts'
import { longestTimerMs } from '../core/words/long-timer.ts'
import { readPostgresUrl } from '../core/words/postgres-url.ts'
import { chooseDatabase, usualDatabase } from './choose-database.ts'
import { type ExperimentNames, readConfigFile } from './config-file.ts'
import { readDbosConfig } from './dbos-config.ts'
import { type FileHost, findFileHosts, type UrlInUse } from './file-hosts.ts'
import { type ChosenProfile, findProfile, findUsedProfile } from './profile/choose-profile.ts'
import { byDefault, type Setting } from './setting.ts'
import { isOneVariable, type Substituted } from './substitute-env.ts'

/** The flags that every command has. */
export interface DatabaseFlags {
  readonly dbUrl?: string
  readonly local?: boolean
  /** Of the embedded server. */
  readonly database?: string
  readonly schema?: string
  readonly connectTimeout?: string
  readonly listenUrl?: string
  readonly reconnectTimeout?: string
  readonly profile?: string
}

export interface Settings {
  /** Null where none names the database. */
  readonly profile: ChosenProfile | null
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
  /** Whether who decides and acts is recorded in the database; `required`: what cannot be is not done. */
  readonly audit: Setting<'on' | 'off' | 'required'>
  readonly workflows: Readonly<Record<string, WorkflowProfiles>>
  /** The workflows behind the gateway's routes of the experiment, in place of the demo's. */
  readonly experiment: ExperimentNames
  /** Those that were read. */
  readonly files: readonly ProjectFile[]
  readonly fileHosts: readonly FileHost[]
  /** To which a password may go in clear text: a flag or the environment says `sslmode=disable`. */
  readonly clearTextHosts: readonly string[] | 'all'
}

type SettingsContext = Pick<Context, 'cwd' | 'env' | 'readFile' | 'projectFiles'>

/**
 * First found wins: flags, `--profile`, environment, `drover.config.json`, `dbos-config.yaml`, the profile that is used, defaults.
 * Throws `invalid-configuration`, also for a file of somebody else, unless it is read to be `judged`.
 */
export async function readSettings(
  context: SettingsContext,
  flags: DatabaseFlags,
  { isJudged = false } = {},
): Promise<Settings> {
  const { env } = context
  const typed = placeOf({
    databaseUrl: setting(flags.dbUrl, '--db-url'),
    database: setting(flags.database, '--database') ?? (flags.local ? ourOwn : undefined),
    isExclusive: true,
  })
  const asked =
    setting(flags.profile, '--profile') ?? (typed.isNamed ? undefined : variable(env, 'DROVER_PROFILE'))
  const surrounding = placeOf({
    databaseUrl: variable(env, 'DROVER_DB_URL'),
    database: variable(env, 'DROVER_DATABASE'),
    isExclusive: true,
  })
  const ofApplication = placeOf({ databaseUrl: variable(env, 'DBOS_SYSTEM_DATABASE_URL') })
  const isNamed = [typed, surrounding, ofApplication].some((place) => place.isNamed) || asked !== undefined
  const file = await readConfigFile(context, {
    isJudged,
    unused: [...(isNamed ? (['databaseUrl'] as const) : []), ...(asked ? (['listenUrl'] as const) : [])],
  })
  const isInFile = Boolean(file.databaseUrl ?? file.database)
  const dbos = await readDbosConfig(context, { isJudged, isUrlUsed: !isNamed && !isInFile })
  const profile = asked
    ? await findProfile(context, file, asked)
    : isNamed || isInFile || dbos.systemDatabaseUrl
      ? undefined
      : await findUsedProfile(context, file)
  const fromFile = (text: Substituted | undefined) => setting(text?.value, file.path)
  const fromProfile = (key: Parameters<ChosenProfile['text']>[0]) =>
    profile && setting(profile.text(key)?.value, profile.place)
  const { databaseUrl, database } = chooseDatabase([
    typed,
    ...(profile
      ? [{ databaseUrl: fromProfile('databaseUrl'), database: fromProfile('database') }]
      : [
          surrounding,
          ofApplication,
          { databaseUrl: fromFile(file.databaseUrl), database: fromFile(file.database) },
          { databaseUrl: setting(dbos.systemDatabaseUrl?.value, dbos.path) },
        ]),
  ])
  const listenUrl =
    setting(flags.listenUrl, '--listen-url') ??
    (profile
      ? typed.isNamed
        ? undefined
        : fromProfile('listenUrl')
      : (variable(env, 'DROVER_LISTEN_URL') ?? fromFile(file.listenUrl))) ??
    null
  const texts = [
    ...(profile && !profile.written.isOfUser
      ? (['databaseUrl', 'listenUrl'] as const).map((key) => ({
          source: profile.place,
          file: profile.written.file,
          text: profile.text(key),
        }))
      : []),
    { source: file.path, file: file.file, text: file.databaseUrl },
    { source: file.path, file: file.file, text: file.listenUrl },
    { source: dbos.path, file: dbos.file, text: dbos.systemDatabaseUrl },
  ]
  const urls = [databaseUrl, databaseUrl && listenUrl].map((url) => toUrlInUse(url, texts))
  // The schema of a project is that of its own databases.
  const isOfProject = !profile?.written.isOfUser
  return {
    profile: profile ?? null,
    databaseUrl,
    database,
    schema: requireName(
      setting(flags.schema, '--schema') ??
        fromProfile('schema') ??
        (isOfProject ? fromFile(file.schema) : undefined) ?? { value: 'dbos', source: byDefault },
    ),
    connectTimeoutMs: atMost(longestTimerMs, duration(flags.connectTimeout, '--connect-timeout', 5000)),
    listenUrl,
    reconnectTimeoutMs: duration(flags.reconnectTimeout, '--reconnect-timeout', 5 * 60_000),
    app: setting(file.app && resolveApp(file.path, file.app.value), file.path) ?? null,
    application:
      fromProfile('application') ??
      fromFile(file.application) ??
      setting(dbos.name?.value, dbos.path) ??
      null,
    audit: { value: file.audit ?? 'on', source: file.audit ? file.path : byDefault },
    workflows: file.workflows ?? {},
    experiment: file.experiment ?? {},
    files: [file.file, dbos.file].filter((one) => one !== undefined),
    fileHosts: await findFileHosts(context, { urls, sent: [file.schema, file.application, dbos.name] }),
    clearTextHosts: clearTextHosts(env, urls),
  }
}

/** What `--local` means. */
const ourOwn: Setting<string> = { value: usualDatabase, source: '--local' }

type Place = Parameters<typeof chooseDatabase>[0][number]

function placeOf(place: Place): Place & { readonly isNamed: boolean } {
  return { ...place, isNamed: Boolean(place.databaseUrl ?? place.database) }
}

interface FileText {
  readonly source: string
  readonly file: ProjectFile | undefined
  readonly text: Substituted | undefined
}

/** Which of the texts of project files a URL is, if it is one. */
function toUrlInUse(url: Setting<string> | null, texts: readonly FileText[]): UrlInUse {
  const found = texts.find(({ source, text }) => source === url?.source && text?.value === url?.value)
  if (!found?.text || !found.file || isOneVariable(found.text)) return { value: url?.value }
  return { value: url?.value, chosen: { file: found.file, text: found.text } }
}

/** A file may not say that a password goes over the network as it is. */
function clearTextHosts(env: Context['env'], urls: readonly UrlInUse[]): readonly string[] | 'all' {
  if (env.PGSSLMODE === 'disable') return 'all'
  return urls.flatMap(({ chosen, value }) => {
    const url = chosen ? undefined : readPostgresUrl(value ?? '')
    return url?.options.get('sslmode') === 'disable' ? [url.host] : []
  })
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

/** Postgres cuts what is longer, without a word. */
const longestNameBytes = 63

/** The schema stands in statements and functions of DBOS's own, which quote it, and break at what ends a quote in it. */
function requireName(schema: Setting<string>): Setting<string> {
  const { value } = schema
  const isUsable =
    !/"|\$\$/.test(value) && !hasControls(value) && Buffer.byteLength(value) <= longestNameBytes
  if (isUsable) return schema
  throw new CliError(
    'invalid-configuration',
    `"${schema.value}" from ${schema.source} cannot be the schema of DBOS tables.`,
    {
      hint: `at most ${longestNameBytes} bytes, without ", $$ and control characters`,
    },
  )
}

/** A module named in a file is meant relative to that file. */
function resolveApp(configFile: string, app: string): string {
  return app.startsWith('drover:') ? app : path.resolve(path.dirname(configFile), app)
}
