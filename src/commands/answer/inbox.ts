import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { askPrefix } from '../../core/dbos-names.ts'
import { unambiguousWaitIds } from '../../core/decide/find-wait.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { CliError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import { command } from '../../core/words/command-line.ts'
import { positiveInteger, readTopic, repeatable } from '../../frame/option-parsers.ts'
import { addListOptions, printRows } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { withStore } from '../../frame/with-store.ts'
import { waitColumns } from '../../render/inbox/wait-columns.ts'
import { toWaitJson } from '../../render/to-json.ts'
import type { DatabaseFlags, Settings } from '../../settings/settings.ts'
import type { InboxLinkFlags } from './inbox-links.ts'
import { checkNotifyFlags } from './inbox-notify-flags.ts'
import { type WatchInboxFlags, watchInbox } from './inbox-presenter.ts'
import { runInteractiveInbox } from './interactive-inbox.ts'
import { noteLeftBehind } from './note-left-behind.ts'
import { addInboxFilters, readOpenWaits } from './open-waits.ts'

interface InboxFlags extends DatabaseFlags, WatchInboxFlags, InboxLinkFlags {
  readonly links: boolean
  readonly watch: boolean
  readonly pick?: boolean
  readonly limit?: number
}

export function inboxCommand(context: Context): Command {
  const command = addInboxFilters(
    new Command('inbox')
      .summary('list what waits for an answer')
      .description(
        `List every workflow that waits for a message, the one that has waited longest first.\nIt asked (an event "${askPrefix}<topic>"), or its steps show that it waits; then its topic may be known from earlier runs.`,
      ),
  )
    .addOption(repeatable('--topic <topic>', "only waits on this topic ('' for none); repeatable"))
    .option('--limit <count>', 'at most this many (default: 50 on a terminal, else all)', positiveInteger)
    .option('--pick', 'choose and decide with keys (the default on a terminal)')
    .option('--no-pick', 'only list them')
    .option('--watch', 'go on, and show what comes and goes; ctrl-c leaves', false)
    .option('--bell', 'with --watch: ring when something comes', false)
    .addOption(repeatable('--notify <url>', 'with --watch: post what comes to this address; repeatable'))
    .addOption(
      repeatable('--exec <command>', 'with --watch: run this with what comes on its stdin; repeatable'),
    )
    .option('--links', 'with a link for each that answers it, in the name of --as', false)
    .option('--as <name>', 'with --links: who answers by them')
    .option('--for <duration>', 'with --links: how long they are good', '24h')
    .option('--public-url <url>', 'where the gateway is reached (else DROVER_PUBLIC_URL)')
    .option('--qr', 'with --links: also draw each as a QR code', false)
    .action((_, command: Command) => runInbox(context, readTopic(command.optsWithGlobals<InboxFlags>())))
  return addListOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runInbox(context: Context, flags: InboxFlags): Promise<void> {
  if (flags.watch && (flags.output === 'json' || flags.output === 'ids')) {
    throw new CliError('usage', `--watch cannot print -o ${flags.output}.`, {
      hint: command('inbox', [], { '--watch': true, '-o': 'jsonl' }),
    })
  }
  checkNotifyFlags(flags)
  const canPick = isAtDesk(context) && !flags.links
  if (flags.pick && !canPick) {
    throw new CliError('no-terminal', 'Cannot open the picker: stdin is not a terminal.', {
      hint: command('inbox', [], { '-o': 'ids' }),
    })
  }
  const isPicked = flags.pick ?? (canPick && flags.output === 'table' && flags.limit === undefined)
  await withStore(
    context,
    flags,
    async (store, settings) => {
      if (flags.watch) return watchInbox(context, store, settings, flags)
      if (flags.links) {
        const { printInboxLinks } = await import('./inbox-links.ts')
        return printInboxLinks(context, store, settings, flags)
      }
      return isPicked
        ? runInteractiveInbox(context, store, settings, flags)
        : printInbox(context, store, settings, flags)
    },
    { isFollowed: flags.watch || isPicked, isReading: !flags.watch && !isPicked },
  )
}

/** Keys come from stdin, the picture goes to stderr, and nobody wants a list in a file. */
function isAtDesk({ terminal }: Context): boolean {
  const { stdinIsTerminal, stdout, stderr } = terminal
  return stdinIsTerminal && stdout.isTerminal && stderr.canRedraw
}

const terminalLimit = 50

async function printInbox(
  context: Context,
  store: Store,
  settings: Settings,
  flags: InboxFlags,
): Promise<void> {
  const isScreen = flags.output === 'table' && context.terminal.stdout.isTerminal
  const limit = flags.limit ?? (isScreen ? terminalLimit : undefined)
  const { waits, total } = await readOpenWaits(context, store, settings, flags, limit)
  const ids = flags.output === 'ids' ? await unambiguousWaitIds(store, waits) : waits.map(waitId)
  const idByWait = new Map(waits.map((wait, index) => [wait, ids[index]]))
  await printRows(context, flags, {
    rows: waits,
    columns: waitColumns,
    toJson: toWaitJson,
    toId: (wait) => idByWait.get(wait) ?? waitId(wait),
    empty: `Nothing waits for an answer in ${store.database.label}.`,
  })
  if (total > waits.length)
    printNotice(context, `The oldest ${waits.length} of ${total}; --limit shows more.`)
  if (isScreen)
    await noteLeftBehind(
      context,
      store,
      waits.map(({ workflowId }) => workflowId),
    )
}
