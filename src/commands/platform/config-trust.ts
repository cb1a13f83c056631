import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { addOutputOptions, type OutputFlags, printOne } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { cannotAsk } from '../../frame/profile/change-guard.ts'
import { type DatabaseFlags, readSettings, type Settings } from '../../settings/settings.ts'
import { describeAuthor, describeHost, trustsAll } from '../../settings/trust.ts'

interface TrustFlags extends DatabaseFlags, OutputFlags {
  readonly yes: boolean
}

export function trustCommand(context: Context): Command {
  const command = new Command('trust')
    .summary('act on the configuration files found here, as they are now')
    .option('--yes', 'do not ask', false)
    .action((_, command: Command) => runTrust(context, command.optsWithGlobals<TrustFlags>()))
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runTrust(context: Context, flags: TrustFlags): Promise<void> {
  const settings = await readSettings(context, flags, { isJudged: true })
  const states = await Promise.all(settings.files.map((file) => context.projectFiles.isTrusted(file)))
  const files = settings.files.filter((_, index) => !states[index])
  if (files.length > 0) {
    printNotice(context, ...describeFiles(settings))
    if (!flags.yes && !trustsAll(context)) await confirmTrust(context)
    await context.projectFiles.trust(files)
  }
  const trusted = settings.files.map(({ path }) => path)
  printNotice(
    context,
    trusted.length > 0
      ? `Trusted until they change: ${trusted.join(', ')}.`
      : 'There is no drover.config.json and no dbos-config.yaml here or above.',
  )
  await printOne(context, flags, { json: { trusted } })
}

function describeFiles({ files, fileHosts }: Settings): readonly string[] {
  return [
    ...files.map((file) =>
      file.author ? `${file.path} ${describeAuthor(file)}.` : `${file.path} is your own.`,
    ),
    ...fileHosts.map((host) =>
      host.carried.length > 0
        ? `${describeHost(host)}.`
        : `${host.file.path} names the database on ${host.host}.`,
    ),
  ]
}

async function confirmTrust({ terminal }: Context): Promise<void> {
  if (!terminal.stdinIsTerminal || terminal.isCI) {
    throw new CliError('no-terminal', `${cannotAsk(terminal)}: whether these files may be trusted.`, {
      hint: phrase`${command('config trust', [], { '--yes': true })}, or DROVER_TRUST_CONFIG=1 in CI`,
    })
  }
  if (await terminal.confirm('Act on what these files say, until they change?')) return
  throw new CliError('interrupted', 'Nothing is trusted.')
}
