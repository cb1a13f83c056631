import {
  initialPager,
  type Place,
  pagerView,
  type QuestionPager,
  updatePager,
} from '../../cockpit/question-pager.ts'
import type { Context } from '../../context.ts'
import type { Store } from '../../core/store.ts'
import { type Topic, topicFromText, topicToText } from '../../core/topic.ts'
import { createStyle } from '../../render/style.ts'
import type { OpenWait } from './open-waits.ts'

/** What somebody who read a question wants; undefined: left with ctrl-c. */
export type ReadQuestion =
  | {
      readonly action: 'approve' | 'reject' | 'own' | 'back'
      readonly wait: OpenWait
      readonly topic?: Topic
    }
  | undefined

/** Shows one question, scrolling, and the next one where that is asked for. */
export async function readQuestion(
  context: Context,
  store: Store,
  waits: readonly OpenWait[],
  first: OpenWait,
): Promise<ReadQuestion> {
  let index = Math.max(0, waits.indexOf(first))
  let topic: Topic | undefined
  for (;;) {
    const wait = waits[index] ?? first
    const left = await showQuestion(context, store, wait, { number: index + 1, count: waits.length })
    if (left === undefined) return undefined
    switch (left.action) {
      case 'next':
        index = (index + 1) % Math.max(1, waits.length)
        topic = undefined
        break
      case 'topic': {
        const typed = await askTopic(context, topic ?? wait.topic)
        if (typed === undefined) return undefined
        topic = topicFromText(typed)
        break
      }
      default:
        return { action: left.action, wait, ...(topic !== undefined && { topic }) }
    }
  }
}

async function askTopic(
  { terminal, interrupts }: Context,
  earlier: Topic | undefined,
): Promise<string | undefined> {
  const known = earlier ? `; earlier: ${topicToText(earlier)}` : ''
  return terminal.ask(`Topic (empty for none${known})`, { signal: interrupts.signal })
}

type Left = QuestionPager & { readonly action: NonNullable<QuestionPager['action']> }

async function showQuestion(
  { terminal, interrupts, now }: Context,
  store: Store,
  wait: OpenWait,
  place: Place,
): Promise<Left | undefined> {
  const { workflowId } = wait
  const asked = { wait, events: await store.events(workflowId), steps: await store.steps(workflowId) }
  const { stderr } = terminal
  const style = createStyle(stderr.colorLevel)
  const frame = () => ({ style, width: stderr.columns, now: now() })
  const height = () => stderr.rows - 1
  const left = await terminal.interact<QuestionPager>(
    {
      initial: initialPager,
      update: (pager, key) => updatePager(pager, key, asked, frame(), height()),
      isDone: ({ action }) => action !== undefined,
      view: (pager) => pagerView(pager, asked, place, frame(), height()),
    },
    { signal: interrupts.signal },
  )
  return left && left.action !== undefined ? { ...left, action: left.action } : undefined
}
