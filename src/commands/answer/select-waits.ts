import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { toList } from '../../core/words/any-of.ts'
import { command, phrase, renderCommand } from '../../core/words/command-line.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { cannotAsk, type LentStore } from '../../frame/profile/change-guard.ts'
import { waitColumns } from '../../render/inbox/wait-columns.ts'
import { createStyle } from '../../render/style.ts'
import { renderTable } from '../../render/table.ts'
import type { Settings } from '../../settings/settings.ts'
import { type InboxFilters, type OpenWait, readOpenWaits } from './open-waits.ts'

interface SelectFlags extends InboxFilters {
  readonly yes: boolean
}

/**
 * What `--all` means: the waits that are open at this moment, never one that comes after. Shows them and asks, unless
 * told not to. Throws `no-terminal` where nobody can be asked.
 */
export async function selectWaits(
  context: Context,
  store: LentStore,
  settings: Settings,
  verb: string,
  flags: SelectFlags,
): Promise<readonly OpenWait[]> {
  const open = (await readOpenWaits(context, store, settings, flags)).waits
  const waits = open.filter(({ state }) => state === 'waiting')
  const others = open.length - waits.length
  if (others > 0)
    printNotice(context, phrase`${others} left alone: answered but unread, or overdue (${command('inbox')}).`)
  if (waits.length === 0) printNotice(context, `Nothing to ${verb} in ${store.database.label}.`)
  if (waits.length === 0 || flags.yes) return waits
  const { stderr, stdinIsTerminal, isCI } = context.terminal
  if (!stdinIsTerminal || !stderr.isTerminal || isCI) {
    throw new CliError(
      'no-terminal',
      `${cannotAsk(context.terminal)} whether to ${verb} all ${waits.length}.`,
      {
        hint: command(verb, [], { '--all': true, '--yes': true }),
      },
    )
  }
  const frame = { style: createStyle(stderr.colorLevel), width: stderr.columns, now: context.now() }
  const lines = fitToScreen(renderTable(waitColumns, waits, frame), stderr.rows, context, flags)
  for (const line of lines) context.terminal.note(line)
  // It is asked with the name of the profile, by whoever decides them.
  if (store.guard?.profile.isProtected) return waits
  const { signal } = context.interrupts
  const isSure = await context.terminal.confirm(`${capitalize(verb)} ${countOf(waits.length)}?`, { signal })
  if (isSure) return waits
  throw new CliError('interrupted', `Nothing was ${verb === 'approve' ? 'approved' : 'rejected'}.`, {
    hint: phrase`${command('inbox')}   # one by one`,
  })
}

/** The question below takes this many, on a narrow screen too. */
const questionRows = 5

/** The first lines, and how many are left out: what is asked must be seen together with what it is about. */
function fitToScreen(
  lines: readonly string[],
  rows: number,
  { databaseFlags }: Pick<Context, 'databaseFlags'>,
  { name, topic, olderThan }: SelectFlags,
): readonly string[] {
  const room = Math.max(2, rows - questionRows)
  if (lines.length <= room) return lines
  const inbox = command('inbox', [], {
    '--name': toList(name),
    '--topic': toList(topic)?.map((one) => one ?? ''),
    '--older-than': olderThan,
  })
  const more = lines.length - room + 1
  return [...lines.slice(0, room - 1), `… ${more} more: ${renderCommand(inbox, databaseFlags)}`]
}

function countOf(count: number): string {
  return count === 1 ? 'this one' : `all ${count}`
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
