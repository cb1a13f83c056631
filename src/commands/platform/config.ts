import { Command } from 'commander'
import type { Context } from '../../context.ts'
import type { Profile } from '../../core/profile/profile.ts'
import { addOutputOptions, type OutputFlags } from '../../frame/output-format.ts'
import { createStyle } from '../../render/style.ts'
import { type Column, renderTable, renderTsv } from '../../render/table.ts'
import { toJsonLine, toJsonText } from '../../render/to-json.ts'
import type { Setting } from '../../settings/setting.ts'
import { type DatabaseFlags, readSettings, type Settings } from '../../settings/settings.ts'
import { describeSetting } from '../../settings/target.ts'
import { profilesCommand } from './config-profiles.ts'
import { trustCommand } from './config-trust.ts'
import { useCommand } from './config-use.ts'

interface ConfigFlags extends DatabaseFlags, OutputFlags {}

interface Row {
  readonly setting: string
  readonly value: string | null
  readonly source: string
}

const columns: readonly Column<Row>[] = [
  { title: 'SETTING', value: ({ setting }) => setting },
  { title: 'VALUE', value: ({ value }) => value ?? '-', minWidth: 12 },
  { title: 'SOURCE', value: ({ source }) => source, minWidth: 8 },
]

export function configCommand(context: Context): Command {
  const command = new Command('config')
    .summary('show every setting and where it comes from')
    .action((_, command: Command) => runConfig(context, command.optsWithGlobals<ConfigFlags>()))
    .addCommand(profilesCommand(context))
    .addCommand(useCommand(context))
    .addCommand(trustCommand(context))
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runConfig(context: Context, flags: ConfigFlags): Promise<void> {
  const { terminal, now } = context
  const rows = await toRows(context, await readSettings(context, flags))
  if (flags.output === 'json') return terminal.print(toJsonText(rows))
  if (flags.output === 'jsonl') return terminal.print(rows.map(toJsonLine).join('\n'))
  const { colorLevel, columns: width, isTerminal } = terminal.stdout
  const lines = isTerminal
    ? renderTable(columns, rows, { style: createStyle(colorLevel), width, now: now() })
    : renderTsv(columns, rows)
  await terminal.print(lines.join('\n'))
}

async function toRows(context: Context, settings: Settings): Promise<readonly Row[]> {
  const { databaseUrl, listenUrl, database, schema, app, application, audit, workflows } = settings
  const { connectTimeoutMs, reconnectTimeoutMs, profile } = settings
  const row = (setting: string, found: Setting<string> | null) => ({
    setting,
    value: found?.value ?? null,
    source: found?.source ?? 'not set',
  })
  const profiles = Object.keys(workflows)
  return [
    row('profile', profile && { value: describeProfile(profile), source: profile.source }),
    databaseUrl
      ? row('databaseUrl', { ...databaseUrl, value: await describeSetting(context, databaseUrl) })
      : row('databaseUrl', {
          value: await describeEmbedded(context, database.value),
          source: database.source,
        }),
    row('database', database),
    row('listenUrl', listenUrl && { ...listenUrl, value: await describeSetting(context, listenUrl) }),
    row('schema', schema),
    row('connectTimeout', { ...connectTimeoutMs, value: durationText(connectTimeoutMs.value) }),
    row('reconnectTimeout', { ...reconnectTimeoutMs, value: durationText(reconnectTimeoutMs.value) }),
    row('app', app),
    row('application', application),
    row('audit', audit),
    row(
      'workflows',
      profiles.length > 0 ? { value: profiles.join(', '), source: 'drover.config.json' } : null,
    ),
  ]
}

function describeProfile({ name, isReadOnly, isProtected }: Profile): string {
  const marks = [...(isReadOnly ? ['read-only'] : []), ...(isProtected ? ['protected'] : [])]
  return marks.length > 0 ? `${name} (${marks.join(', ')})` : name
}

async function describeEmbedded({ local }: Context, database: string): Promise<string> {
  return `embedded database ${database}${(await local()).exists() ? '' : ' (not created yet)'}`
}

/** As it is typed: `5s`, `5m`. */
function durationText(ms: number): string {
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000}m`
  return ms > 0 && ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}
