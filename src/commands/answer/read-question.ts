import { initialPager, pagerView, type QuestionPager, updatePager } from '../../cockpit/question-pager.ts'
import type { Context } from '../../context.ts'
import { findLeftBehind } from '../../core/decide/find-left-behind.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { Store } from '../../core/store.ts'
import { type Topic, topicFromText, topicToText } from '../../core/topic.ts'
import { createStyle } from '../../render/style.ts'
import { escapeControls } from '../../render/text.ts'
import type { FollowWaits } from './follow-waits.ts'
import type { OpenWait } from './open-waits.ts'

/** What somebody who read a question wants; undefined: left with ctrl-c. */
export type ReadQuestion =
  | {
      readonly action: 'approve' | 'reject' | 'own' | 'back'
      readonly wait: OpenWait
      readonly topic?: Topic
    }
  | undefined

/** What can be read one after the other, from the first one on, as it changes. */
export interface Questions {
  readonly waits: readonly OpenWait[]
  readonly first: OpenWait
  readonly follow: FollowWaits
}

/** Shows one question, scrolling, and the next one where that is asked for. */
export async function readQuestion(
  context: Context,
  store: Store,
  { waits, first, follow }: Questions,
): Promise<ReadQuestion> {
  let wait = first
  let open = waits
  let topic: Topic | undefined
  for (;;) {
    const left = await showQuestion(context, store, wait, { open, follow })
    if (left === undefined) return undefined
    const place = placeOf(wait, open)
    open = left.open
    switch (left.pager.action) {
      case 'next':
        wait = nextOf(wait, place, open) ?? wait
        topic = undefined
        break
      case 'topic': {
        const typed = await askTopic(context, topic ?? wait.topic)
        if (typed === undefined) return undefined
        topic = topicFromText(typed)
        break
      }
      case undefined:
        return undefined
      default:
        return { action: left.pager.action, wait, ...(topic !== undefined && { topic }) }
    }
  }
}

function placeOf(wait: OpenWait, open: readonly OpenWait[]): number {
  return open.findIndex((other) => waitId(other) === waitId(wait))
}

/** The one behind it; where it is gone, what stands in its place now. */
function nextOf(wait: OpenWait, before: number, open: readonly OpenWait[]): OpenWait | undefined {
  const place = placeOf(wait, open)
  return open[place < 0 ? Math.max(0, before) % Math.max(1, open.length) : (place + 1) % open.length]
}

async function askTopic(
  { terminal, interrupts }: Context,
  earlier: Topic | undefined,
): Promise<string | undefined> {
  const known = earlier ? `; earlier: ${topicToText(earlier)}` : ''
  return terminal.ask(`Topic (empty for none${known})`, { signal: interrupts.signal })
}

/** One question on the screen, and what waits beside it. */
interface Shown {
  readonly pager: QuestionPager
  readonly open: readonly OpenWait[]
}

async function showQuestion(
  { terminal, interrupts, now }: Context,
  store: Store,
  wait: OpenWait,
  { open, follow }: { readonly open: readonly OpenWait[]; readonly follow: FollowWaits },
): Promise<Shown | undefined> {
  const { workflowId } = wait
  const [left] = await findLeftBehind(store, [workflowId])
  const asked = {
    ...{ wait, events: await store.events(workflowId), steps: await store.steps(workflowId) },
    goneExecutor: left?.executorId ?? null,
  }
  const { stderr } = terminal
  const style = createStyle(stderr.colorLevel)
  const frame = () => ({ style, width: stderr.columns, now: now() })
  const height = () => stderr.rows - 1
  let number = Math.max(0, placeOf(wait, open)) + 1
  return terminal.interact<Shown>(
    {
      initial: { pager: initialPager, open },
      update: (shown, key) => ({ ...shown, pager: updatePager(shown.pager, key, asked, frame(), height()) }),
      isDone: ({ pager }) => pager.action !== undefined,
      view: ({ pager, open }) => {
        const place = placeOf(wait, open)
        if (place >= 0) number = place + 1
        return pagerView(pager, asked, { number, count: open.length }, frame(), height())
      },
      live: (apply, signal) =>
        follow(
          {
            show: ({ waits }) =>
              apply(({ pager }) => ({
                pager: { ...pager, meanwhile: whatBecame(wait, waits) },
                open: waits,
              })),
            tick: () => apply((shown) => shown),
            notice: (text) =>
              apply((shown) => ({ ...shown, pager: { ...shown.pager, meanwhile: escapeControls(text) } })),
          },
          signal,
        ),
    },
    { signal: interrupts.signal },
  )
}

/** Somebody else, or time, was faster. */
function whatBecame(wait: OpenWait, open: readonly OpenWait[]): string | undefined {
  const now = open[placeOf(wait, open)]
  if (!now || now.since.getTime() !== wait.since.getTime()) return 'It does not wait any more.'
  if (now.state === wait.state) return undefined
  return now.state === 'answered'
    ? 'It was answered meanwhile, and that is not read yet.'
    : 'Its time is over.'
}
