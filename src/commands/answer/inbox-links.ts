import type { Context } from '../../context.ts'
import { describeQuestion } from '../../core/decide/question-words.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { CliError } from '../../core/errors.ts'
import { createLink } from '../../core/links/answer-link.ts'
import { readLinkKeys } from '../../core/links/link-keys.ts'
import { publicUrlOf } from '../../core/links/public-url.ts'
import type { Store } from '../../core/store.ts'
import { command } from '../../core/words/command-line.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { escapeControls } from '../../core/words/escape-controls.ts'
import { type OutputFlags, printRows } from '../../frame/output-format.ts'
import { renderQr } from '../../http/links/qr.ts'
import { toWaitJson } from '../../render/to-json.ts'
import type { Settings } from '../../settings/settings.ts'
import { type InboxFilters, readOpenWaits } from './open-waits.ts'

export interface InboxLinkFlags extends OutputFlags, InboxFilters {
  readonly as?: string
  readonly for: string
  readonly publicUrl?: string
  readonly qr: boolean
  readonly limit?: number
}

/** Each that waits, with a link that answers it in the name of `--as`. */
export async function printInboxLinks(
  context: Context,
  store: Store,
  settings: Settings,
  flags: InboxLinkFlags,
): Promise<void> {
  const actor = flags.as
  if (!actor) {
    throw new CliError('usage', 'A link answers in a name.', {
      hint: command('inbox', [], {
        ...{ '--links': true, '--as': 'NAME' },
        ...(!flags.publicUrl &&
          !context.env.DROVER_PUBLIC_URL && { '--public-url': 'http://localhost:8000' }),
      }),
    })
  }
  const forMs = parseDuration(flags.for)
  const publicUrl = publicUrlOf(context, flags)
  const { waits } = await readOpenWaits(context, store, settings, flags, flags.limit)
  const keys = await readLinkKeys(context)
  const open = waits.filter(({ state }) => state === 'waiting')
  const linked = await Promise.all(
    open.map(async (wait) => {
      const request = { wait, actor, database: store.database, publicUrl, now: context.now(), forMs }
      return { wait, link: await createLink(request, keys) }
    }),
  )
  if (flags.output === 'table' && linked.length > 0) {
    for (const { wait, link } of linked) {
      const question = escapeControls(`${waitId(wait)}  ${describeQuestion(wait)}`)
      await context.terminal.print([question, link, ...(flags.qr ? [renderQr(link)] : []), ''].join('\n'))
    }
    return
  }
  await printRows(context, flags, {
    rows: linked,
    columns: [],
    toJson: ({ wait, link }) => ({ ...toWaitJson(wait), link }),
    toId: ({ link }) => link,
    empty: `Nothing waits for an answer in ${store.database.label}.`,
  })
}
