import type { Context } from '../../context.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { Store } from '../../core/store.ts'
import type { OutputFlags } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import type { NotifyFlags } from '../../http/notify/notifier.ts'
import { inboxView, waitLine } from '../../render/inbox/inbox-view.ts'
import { createStyle } from '../../render/style.ts'
import { toJsonLine, toWaitJson } from '../../render/to-json.ts'
import type { Settings } from '../../settings/settings.ts'
import {
  createTopicFinder,
  type InboxFilters,
  type OpenWait,
  type OpenWaits,
  toInboxQuery,
} from './open-waits.ts'

export interface WatchInboxFlags extends OutputFlags, InboxFilters, NotifyFlags {
  readonly bell: boolean
  readonly publicUrl?: string
}

/** One of three ways to show an inbox that changes. */
interface InboxPresenter {
  show(inbox: OpenWaits, changes: InboxChanges): Promise<void> | void
  close(): void
}

interface InboxChanges {
  readonly arrived: readonly OpenWait[]
  readonly departed: readonly OpenWait[]
}

const bell = '\x07'

/** Shows the inbox as it changes, until ctrl-c. What is there at first is no changes to ring for. */
export async function watchInbox(
  context: Context,
  store: Store,
  settings: Settings,
  flags: WatchInboxFlags,
): Promise<void> {
  const { stderr, stdout } = context.terminal
  const { signal } = context.interrupts
  const presenter =
    flags.output === 'jsonl'
      ? jsonLines(context)
      : stdout.canRedraw
        ? liveRegion(context, store.database.label)
        : plainLines(context)
  const withTopics = createTopicFinder(store, settings, flags.topic)
  let open: ReadonlyMap<string, OpenWait> | undefined
  const onNotice = (notice: string) => printNotice(context, notice)
  const tell = await createTeller(context, flags, onNotice)
  try {
    for await (const inbox of store.watchInbox(toInboxQuery(context, flags), { signal, onNotice })) {
      const found = await withTopics(inbox)
      const now = new Map(found.waits.map((wait) => [keyOf(wait), wait]))
      const changes = {
        arrived: found.waits.filter((wait) => !open?.has(keyOf(wait))),
        departed: [...(open ?? [])].filter(([key]) => !now.has(key)).map(([, wait]) => wait),
      }
      if (flags.bell && open && changes.arrived.length > 0)
        void (stderr.isTerminal ? stderr : stdout).write(bell)
      open = now
      for (const wait of changes.arrived) tell(wait)
      await presenter.show(found, changes)
    }
  } finally {
    presenter.close()
  }
}

/** Tells `--notify` and `--exec`; loaded where one of them is given. */
async function createTeller(
  context: Context,
  flags: WatchInboxFlags,
  onNotice: (notice: string) => void,
): Promise<(wait: OpenWait) => void> {
  if (!flags.notify && !flags.exec) return () => {}
  const { createNotifier } = await import('../../http/notify/notifier.ts')
  const { waitNotification } = await import('../../http/notify/wait-notification.ts')
  const { signal } = context.interrupts
  const notifier = await createNotifier({ ...context, ...flags, signal, onNotice })
  const publicUrl = flags.publicUrl ?? context.env.DROVER_PUBLIC_URL
  return (wait) => notifier?.tell(waitNotification(wait, context.now(), publicUrl))
}

/** A wait that was rewound waits anew. */
function keyOf(wait: OpenWait): string {
  return `${waitId(wait)} ${wait.since.getTime()}`
}

function jsonLines({ terminal, now }: Context): InboxPresenter {
  const print = (type: string) => (wait: OpenWait) =>
    terminal.print(toJsonLine({ type, at: now(), wait: toWaitJson(wait) }))
  return {
    show: async (_, { arrived, departed }) => {
      for (const wait of departed) await print('departed')(wait)
      for (const wait of arrived) await print('arrived')(wait)
    },
    close: () => {},
  }
}

function plainLines({ terminal, now }: Context): InboxPresenter {
  const { stdout } = terminal
  const style = createStyle(stdout.colorLevel)
  return {
    show: async (_, { arrived, departed }) => {
      for (const wait of departed) await stdout.write(`${waitLine(wait, '-', style, now())}\n`)
      for (const wait of arrived) await stdout.write(`${waitLine(wait, '+', style, now())}\n`)
    },
    close: () => {},
  }
}

const clockTickMs = 1000

function liveRegion({ terminal, now }: Context, database: string): InboxPresenter {
  const { stdout } = terminal
  const region = terminal.liveRegion(stdout)
  const style = createStyle(stdout.colorLevel)
  let inbox: OpenWaits = { waits: [], total: 0 }
  let isLoaded = false
  const draw = () => {
    if (!isLoaded) return
    const frame = { style, width: stdout.columns, now: now() }
    region.render(inboxView(inbox, database, frame, stdout.rows - 1))
  }
  const clock = setInterval(draw, clockTickMs)
  const stopResize = stdout.onResize(draw)
  return {
    show: (found) => {
      inbox = found
      isLoaded = true
      draw()
    },
    close: () => {
      clearInterval(clock)
      stopResize()
      region.finish()
    },
  }
}
