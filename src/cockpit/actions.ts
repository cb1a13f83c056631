import type { Verdict } from '../core/decide/decision.ts'
import type { KnownWait } from '../core/decide/known-waits.ts'
import { describeQuestion } from '../core/decide/question-words.ts'
import { waitId } from '../core/decide/wait-id.ts'
import { obstacleTo } from '../core/manage/manage.ts'
import { describeTopic, type Topic } from '../core/topic.ts'
import { quoteWord } from '../core/words/quote-word.ts'
import { escapeControls, escapeName } from '../render/text.ts'
import type { Cockpit, Screen, Subject, Turn } from './cockpit-model.ts'
import { currentRow } from './row-list.ts'
import { kindOf } from './screen-kinds.ts'
import { createExplainScreen } from './screens/explain-screen.ts'
import { createQuestionScreen } from './screens/question-screen.ts'
import { askFirst, openScreen, shownScreen, stay, withNotice, withPrompt } from './turns.ts'

/** What a key does to the workflow under the cursor, or on the screen; undefined for any other key. */
export function actOn(cockpit: Cockpit, char: string | undefined): Turn | undefined {
  const screen = shownScreen(cockpit)
  if (char === 'y') return copy(cockpit, screen)
  if (char === undefined || !'earcRf'.includes(char)) return undefined
  const subject = kindOf(screen).subjectOf(screen)
  if (!subject) return undefined
  switch (char) {
    case 'e':
      if (screen.kind === 'explain') return undefined
      return stay(openScreen(cockpit, createExplainScreen(subject.workflowId, cockpit.surroundings)))
    case 'a':
      return answer(cockpit, screen, subject, 'approved')
    case 'r':
      return answer(cockpit, screen, subject, 'rejected')
    case 'c':
      return manage(cockpit, subject, 'cancel')
    case 'R':
      return manage(cockpit, subject, 'resume')
    default:
      return stay(cockpit, { kind: 'find-bounds', subject })
  }
}

function copy(cockpit: Cockpit, screen: Screen): Turn | undefined {
  const text = kindOf(screen).copyOf(screen)
  if (text === undefined) return undefined
  // Pasted into a shell, a line break in a name would run what stands before it.
  if (screen.kind !== 'value' && escapeControls(text) !== text) {
    const quoted = quoteWord(text)
    return stay(withNotice(cockpit, `Copied as a shell reads it: ${quoted.slice(0, 60)}`), {
      kind: 'copy',
      text: quoted,
    })
  }
  return stay(withNotice(cockpit, `Copied ${escapeControls(text.slice(0, 60))}`), { kind: 'copy', text })
}

function answer(cockpit: Cockpit, screen: Screen, subject: Subject, verdict: Verdict): Turn {
  if (screen.kind === 'question') return askDecision(cockpit, screen.wait, verdict, screen.topic)
  const wait = screen.kind === 'inbox' ? currentRow(screen.list) : undefined
  return wait
    ? askDecision(cockpit, wait, verdict, undefined)
    : stay(cockpit, { kind: 'find-waits', subject, verdict })
}

/** The one wait that is open; where there are several somebody has to choose. */
export function answerFound(
  cockpit: Cockpit,
  { workflowId }: Subject,
  verdict: Verdict,
  waits: readonly KnownWait[],
): Turn {
  const [only, ...others] = waits.filter(({ state }) => state !== 'answered')
  if (only && others.length === 0) return askDecision(cockpit, only, verdict, undefined)
  const id = escapeName(workflowId)
  if (only)
    return stay(withNotice(cockpit, `${id} has ${others.length + 1} open waits: choose one in :inbox`))
  const isAnswered = waits.length > 0
  return stay(
    withNotice(
      cockpit,
      isAnswered ? `${id} is answered, and has not read it yet` : `${id} waits for no answer`,
    ),
  )
}

/** The question once more, before anything is sent. */
function askDecision(cockpit: Cockpit, wait: KnownWait, verdict: Verdict, topic: Topic | undefined): Turn {
  if (wait.source === 'inferred' && topic === undefined) return askTopic(cockpit, wait)
  const chosen = topic ?? (wait.source === 'learned' ? wait.topic : undefined)
  if (verdict === 'approved') return confirmDecision(cockpit, { wait, verdict, topic: chosen })
  const purpose = { kind: 'reason', wait, topic: chosen } as const
  const label = `Why is ${escapeName(waitId(wait))} rejected?`
  return stay(withPrompt(cockpit, { kind: 'input', label, text: '', purpose }))
}

/** Nothing tells on which topic it waits: somebody says it, with the question in sight. */
function askTopic(cockpit: Cockpit, wait: KnownWait): Turn {
  const isShown = shownScreen(cockpit).kind === 'question'
  const beside = isShown ? cockpit : openScreen(cockpit, createQuestionScreen(wait))
  const label = 'On which topic does it wait? (empty for none)'
  return stay(withPrompt(beside, { kind: 'input', label, text: '', purpose: { kind: 'topic' } }))
}

interface Said {
  readonly wait: KnownWait
  readonly verdict: Verdict
  readonly topic: Topic | undefined
  readonly comment?: string
  readonly message?: Extract<Turn['effects'][number], { kind: 'decide' }>['message']
}

export function confirmDecision(cockpit: Cockpit, said: Said): Turn {
  const { wait, verdict, topic, comment = null, message } = said
  const verb = verdict === 'approved' ? 'Approve' : 'Reject'
  const why = comment === null ? '' : ` Because: ${escapeControls(comment)}`
  const where =
    wait.source === 'learned' ? ` (${escapeControls(describeTopic(topic))}, as earlier runs did)` : ''
  const id = `${escapeName(waitId(wait))} of ${escapeName(wait.name)}`
  return askFirst(cockpit, `${verb} ${id}${where}: ${describeQuestion(wait)}${why}`, {
    kind: 'decide',
    wait,
    verdict,
    comment,
    message,
    topic,
  })
}

const effectOf = { cancel: 'Cancel', resume: 'Resume' } as const

function manage(cockpit: Cockpit, subject: Subject, verb: 'cancel' | 'resume'): Turn {
  const obstacle = subject.status && obstacleTo(verb, subject.status)
  if (obstacle !== undefined)
    return stay(withNotice(cockpit, `${escapeName(subject.workflowId)} is ${obstacle}: nothing to ${verb}`))
  return askFirst(cockpit, `${effectOf[verb]} ${nameOf(subject)}?`, { kind: 'manage', verb, subject })
}

/** `order-17 of checkout`. */
export function nameOf({ workflowId, name }: Subject): string {
  return name ? `${escapeName(workflowId)} of ${escapeName(name)}` : escapeName(workflowId)
}
