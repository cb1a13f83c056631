import { Command } from 'commander'
import type { Context } from '../../context.ts'
import type { LocalStatus, UpgradeResult } from '../../core/embedded-database.ts'
import { CliError } from '../../core/errors.ts'
import { exitCodes } from '../../core/exit-codes.ts'
import { requireWritable } from '../../core/profile/profile.ts'
import { command, renderCommand } from '../../core/words/command-line.ts'
import { nonNegativeInteger, positiveInteger } from '../../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags, printOne } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { cannotAsk, createChangeGuard } from '../../frame/profile/change-guard.ts'
import { markQuestions } from '../../frame/profile/lend-guarded.ts'
import { toJsonText } from '../../render/to-json.ts'
import { formatBytes } from '../../render/value.ts'
import { type DatabaseFlags, readSettings, type Settings } from '../../settings/settings.ts'

type Flags = DatabaseFlags & OutputFlags

export function dbCommand(context: Context): Command {
  const command = new Command('db')
    .summary('the embedded Postgres: start, stop, status, url, logs, reset, upgrade')
    .description(
      'The embedded Postgres: a real PostgreSQL 18 of your own. It starts when it is needed, and the last drover process that leaves stops it.',
    )
  for (const create of [
    startCommand,
    stopCommand,
    statusCommand,
    urlCommand,
    logsCommand,
    resetCommand,
    upgradeCommand,
  ]) {
    command.addCommand(create(context))
  }
  return command
}

function startCommand(context: Context): Command {
  const command = new Command('start')
    .summary('start it, and keep it up until db stop')
    .option(
      '--tcp [port]',
      'also listen on 127.0.0.1, with a password (any free port by default)',
      nonNegativeInteger,
    )
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<Flags & { tcp?: number | true }>()
      const tcpPort = flags.tcp === true ? 0 : flags.tcp
      const status = await (await context.local()).start({
        database: await databaseName(context, flags),
        tcpPort,
      })
      await printStatus(context, flags, status)
    })
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

function stopCommand(context: Context): Command {
  const command = new Command('stop')
    .summary('stop it')
    .option('--force', 'even while clients are connected', false)
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<Flags & { force: boolean }>()
      const wasUp = await (await context.local()).stop({ force: flags.force })
      printNotice(
        context,
        wasUp ? 'The embedded database is stopped.' : 'The embedded database was not running.',
      )
      await printOne(context, flags, { json: { stopped: wasUp } })
    })
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

function statusCommand(context: Context): Command {
  const command = new Command('status')
    .summary('show whether it runs (exit 0 when up, 69 when not)')
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const database = await databaseName(context, flags)
      const status = await (await context.local()).status({ database })
      await printStatus(context, flags, status)
      if (status.state !== 'up') context.exitWith(exitCodes.unavailable.code)
    })
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

function urlCommand(context: Context): Command {
  const command = new Command('url')
    .summary('print its URL for other programs, and keep it up until db stop')
    .option('--tcp', 'the URL on 127.0.0.1, with its password', false)
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<Flags & { tcp: boolean }>()
      const database = await databaseName(context, flags)
      const { url, tcpUrl } = await (await context.local()).start({
        database,
        tcpPort: flags.tcp ? 0 : undefined,
      })
      const text = (flags.tcp ? tcpUrl : url) ?? ''
      await printOne(context, flags, { json: { url: text }, text })
    })
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

function logsCommand(context: Context): Command {
  const command = new Command('logs')
    .summary("print the end of the server's log")
    .option('-n, --lines <count>', 'how many lines', positiveInteger, 50)
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<Flags & { lines: number }>()
      const lines = await (await context.local()).logs(flags.lines)
      if (flags.output === 'json') return context.terminal.print(toJsonText(lines.map(toLogJson)))
      for (const line of lines) await printOne(context, flags, { json: toLogJson(line), text: line })
    })
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

function resetCommand(context: Context): Command {
  const command = new Command('reset')
    .summary('delete every workflow in it')
    .option('--all', 'delete the whole server, not only its database', false)
    .option('--yes', 'do not ask', false)
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<Flags & { all: boolean; yes: boolean }>()
      const database = await databaseName(context, flags)
      const json = { database: flags.all ? null : database, all: flags.all }
      const local = await context.local()
      if (!local.exists()) {
        printNotice(context, 'There is no embedded Postgres; nothing was deleted.')
        return printOne(context, flags, { json })
      }
      const what = flags.all ? 'the embedded server' : `the embedded database ${database}`
      await confirmReset(context, await readSettings(context, flags), what, flags.yes)
      await local.reset({ database, all: flags.all })
      printNotice(
        context,
        flags.all ? 'The embedded server is deleted.' : `The embedded database ${database} is empty.`,
      )
      await printOne(context, flags, { json })
    })
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

function upgradeCommand(context: Context): Command {
  const command = new Command('upgrade')
    .summary('bring what another PostgreSQL version keeps to the one of this drover')
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const done = await (await context.local()).upgrade()
      printNotice(context, ...(done ? describeUpgrade(done) : ['There is nothing to upgrade.']))
      await printOne(context, flags, { json: { upgraded: done ?? null } })
    })
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

function describeUpgrade({ from, to, kept, databases }: UpgradeResult): readonly string[] {
  const names = databases.map(({ database }) => database).join(', ')
  return [
    `Copied from PostgreSQL ${from} to ${to}: ${names || 'no database'}. The old data are kept in ${kept}.`,
    ...databases
      .filter(({ left }) => left.length > 0)
      .map(
        ({ database, left }) =>
          `Not copied from ${database}, because neither DBOS nor drover made them: ${left.join(', ')}.`,
      ),
  ]
}

function toLogJson(line: string): { readonly line: string } {
  return { line }
}

async function confirmReset(
  context: Context,
  { profile, databaseUrl }: Settings,
  what: string,
  yes: boolean,
): Promise<void> {
  const { terminal } = context
  // A profile of a database elsewhere is none of this one.
  const guard = profile && !databaseUrl ? createChangeGuard(context, profile, what) : undefined
  if (guard) markQuestions(context, guard.profile)
  requireWritable(guard?.profile ?? null, { what: `Delete ${what}` })
  if (!yes && (!terminal.stdinIsTerminal || terminal.isCI)) {
    throw new CliError('no-terminal', `${cannotAsk(terminal)} whether to delete ${what}.`, {
      hint: 'add --yes',
    })
  }
  const question = `Delete ${what} with every workflow in it?`
  await guard?.permit({ what: `Delete ${what}`, question, isOne: false })
  if (yes || guard?.profile.isProtected) return
  if (await terminal.confirm(question)) return
  throw new CliError('interrupted', 'Nothing was deleted.')
}

async function databaseName(context: Context, flags: DatabaseFlags): Promise<string> {
  return (await readSettings(context, flags)).database.value
}

async function printStatus({ terminal }: Context, flags: OutputFlags, status: LocalStatus): Promise<void> {
  const tcpUrl = status.tcpUrl && maskPassword(status.tcpUrl)
  if (flags.output !== 'table') return printOne({ terminal }, flags, { json: { ...status, tcpUrl } })
  const rows: readonly (readonly [string, string | null])[] = [
    ['state', status.pinned ? `${status.state}, until ${renderCommand(command('db stop'))}` : status.state],
    ['pid', status.pid === null ? null : String(status.pid)],
    ['version', status.version],
    ['url', status.url],
    ['tcp', tcpUrl],
    ['data', status.dataDirectory],
    ['size', status.sizeBytes === null ? null : formatBytes(status.sizeBytes)],
    ['log', status.logFile],
    ['databases', status.databases.length > 0 ? status.databases.join(', ') : null],
    ['clients', status.clients.length > 0 ? status.clients.join(', ') : null],
  ]
  const shown = rows.filter(([, value]) => value !== null)
  const gap = terminal.stdout.isTerminal
    ? (label: string) => label.padEnd(11)
    : (label: string) => `${label}\t`
  await terminal.print(shown.map(([label, value]) => `${gap(label)}${value}`).join('\n'))
}

/** Passwords are printed by `db url --tcp` alone, which is asked for one. */
function maskPassword(url: string): string {
  return url.replace(/:[^:@/]+@/, ':***@')
}
