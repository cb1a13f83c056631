import type { Context } from '../../context.ts'
import type { SaidDecision, Verdict } from '../../core/decide/decision.ts'
import { findActor } from '../../core/decide/find-actor.ts'
import { describeQuestion } from '../../core/decide/question-words.ts'
import { submitDecision } from '../../core/decide/submit-decision.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { CliError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import type { Topic } from '../../core/topic.ts'
import { command } from '../../core/words/command-line.ts'
import { parseJson } from '../../core/words/json.ts'
import { printNotice } from '../../frame/print-notice.ts'
import type { LentStore } from '../../frame/profile/change-guard.ts'
import { reportError } from '../../frame/report-error.ts'
import {
  initialPicker,
  type PickerModel,
  pastDecided,
  pickedWaits,
  pickerView,
  renewPicker,
  updatePicker,
} from '../../render/inbox/picker-view.ts'
import { questionView } from '../../render/inbox/question-view.ts'
import { createStyle } from '../../render/style.ts'
import { escapeControls, escapeName, truncate } from '../../render/text.ts'
import type { Settings } from '../../settings/settings.ts'
import { decisionRules, noteUnrecorded } from './decision-rules.ts'
import { createFollowWaits, type FollowWaits, mostWaits } from './follow-waits.ts'
import { asRead, type InboxFilters, type OpenWait, type OpenWaits, readOpenWaits } from './open-waits.ts'
import { type Questions, readQuestion } from './read-question.ts'
import { reportDecided } from './report-decided.ts'

/** The inbox on a terminal, live: pick, read, decide, and back to what is left, until there is nothing or somebody leaves. */
export async function runInteractiveInbox(
  context: Context,
  store: LentStore,
  settings: Settings,
  filters: InboxFilters,
): Promise<void> {
  const follow = createFollowWaits(context, store, settings, filters)
  let picker: Picker | undefined
  for (;;) {
    const open = await readOpenWaits(context, store, settings, filters, mostWaits)
    if (open.waits.length === 0)
      return printNotice(context, `Nothing waits for an answer in ${store.database.label}.`)
    picker = await pick(context, store, open, picker, follow)
    if (!picker) throw leftByInterrupt()
    const { action } = picker
    if (action === undefined || action === 'leave') return
    const waits = pickedWaits(picker)
    const shown = picker.waits
    const outcome = await tellErrors(context, async () => {
      const [first] = waits
      const isOne = action === 'open' && first !== undefined && waits.length === 1
      if (isOne) return answerOne(context, store, settings, { waits: shown, first, follow })
      const answer =
        action === 'open'
          ? await readAndAnswer(context, store, waits)
          : await makeSure(context, waits, verbByAction[action])
      return decideSurely(context, store, settings, waits, answer)
    })
    if (outcome === undefined) throw leftByInterrupt()
    if (outcome !== 'back') picker = pastDecided(picker, outcome.decided)
  }
}

type Picker = PickerModel<OpenWait>

type Outcome = { readonly decided: readonly OpenWait[] } | 'back' | undefined

/** Reads one question, and those after it, until one is answered or the list is wanted. */
async function answerOne(
  context: Context,
  store: LentStore,
  settings: Settings,
  questions: Questions,
): Promise<Outcome> {
  const read = await readQuestion(context, store, questions)
  if (read === undefined) return undefined
  const { action, wait, topic } = read
  if (action === 'back') return 'back'
  const waits = [wait]
  const answer =
    action === 'own' ? await askOwn(context) : await makeSure(context, waits, verbByAction[action])
  return decideSurely(context, store, settings, waits, answer, topic)
}

async function decideSurely(
  context: Context,
  store: LentStore,
  settings: Settings,
  waits: readonly OpenWait[],
  answer: Asked,
  topic?: Topic,
): Promise<Outcome> {
  if (answer === undefined || answer === 'back') return answer
  const isSure = topic === undefined ? await confirmLearned(context, waits) : 'sure'
  if (isSure !== 'sure') return isSure
  await decideAll(context, store, settings, waits, answer, topic)
  return { decided: waits }
}

/** By ctrl-c, at the list or at a question. */
function leftByInterrupt(): CliError {
  return new CliError('interrupted', 'Left the inbox; what was not decided still waits.', {
    hint: command('inbox'),
  })
}

/** Something went wrong: it is said, and the desk stays open. */
async function tellErrors<Outcome>(context: Context, act: () => Promise<Outcome>): Promise<Outcome | 'back'> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    reportError(context, error, false)
    return 'back'
  }
}

const verbByAction = { approve: 'approved', reject: 'rejected' } as const

/** Undefined when it was left with ctrl-c. */
async function pick(
  { terminal, interrupts, now }: Context,
  store: LentStore,
  { waits, total }: OpenWaits,
  before: Picker | undefined,
  follow: FollowWaits,
): Promise<Picker | undefined> {
  const { stderr } = terminal
  const style = createStyle(stderr.colorLevel)
  return terminal.interact(
    {
      initial: before ? renewPicker(before, waits, total) : initialPicker(waits, total),
      update: updatePicker,
      isDone: ({ action }) => action !== undefined,
      view: (state) =>
        pickerView(
          state,
          store.database.label,
          { style, width: stderr.columns, now: now() },
          stderr.rows - 1,
        ),
      live: (apply, signal) =>
        follow(
          {
            show: (open) => apply((picker) => renewPicker(picker, open.waits, open.total)),
            tick: () => apply((picker) => picker),
            notice: (notice) => apply((picker) => ({ ...picker, notice: escapeControls(notice) })),
          },
          signal,
        ),
    },
    { signal: interrupts.signal },
  )
}

type Answer = Pick<SaidDecision, 'verdict' | 'message' | 'comment'>

/** An answer, the way back to the list, or undefined: left with ctrl-c. */
type Asked = Answer | 'back' | undefined

/** What stands first is what Enter alone chooses: a key too many decides nothing. */
const back = { value: 'back', label: 'back to the list' } as const

/** Shows the questions, and asks what to answer. */
async function readAndAnswer(context: Context, store: Store, waits: readonly OpenWait[]): Promise<Asked> {
  const { terminal, interrupts, now } = context
  const frame = {
    style: createStyle(terminal.stderr.colorLevel),
    width: terminal.stderr.columns,
    now: now(),
  }
  for (const wait of waits) {
    const lines = questionView(wait, await store.events(wait.workflowId), frame)
    terminal.note(['', ...lines].join('\n'))
  }
  const choices = [
    back,
    { value: 'approved', label: 'approve' },
    { value: 'rejected', label: 'reject', hint: 'with a reason' },
    { value: 'custom-approved', label: 'approve with a payload of your own' },
    { value: 'custom-rejected', label: 'reject with a payload of your own' },
  ] as const
  const { signal } = interrupts
  const choice = await terminal.choose(`Your answer to ${nameOf(waits)}?`, choices, { signal })
  if (choice === undefined || choice === 'back') return choice
  const verdict = choice.endsWith('approved') ? 'approved' : 'rejected'
  return choice.startsWith('custom') ? askPayload(context, verdict) : askComment(context, verdict)
}

async function askOwn(context: Context): Promise<Asked> {
  const choices = [
    back,
    { value: 'approved', label: 'it approves' },
    { value: 'rejected', label: 'it rejects', hint: 'with a reason' },
  ] as const
  const { signal } = context.interrupts
  const choice = await context.terminal.choose('An answer of your own:', choices, { signal })
  return choice === undefined || choice === 'back' ? choice : askPayload(context, choice)
}

async function askPayload(context: Context, verdict: Verdict): Promise<Answer | undefined> {
  const answer = await askComment(context, verdict)
  if (!answer) return undefined
  const { signal } = context.interrupts
  const payload = await context.terminal.ask('The payload, as JSON', { signal, required: true })
  return payload === undefined ? undefined : { ...answer, message: parseJson(payload, 'the payload') }
}

/** A single key of the list decides nothing: this says what it would decide, and how many. */
async function makeSure(context: Context, waits: readonly OpenWait[], verdict: Verdict): Promise<Asked> {
  const { terminal, interrupts } = context
  const verb = verdict === 'approved' ? 'Approve' : 'Reject'
  const [only] = waits
  const question =
    only && waits.length === 1
      ? `: ${truncate(describeQuestion(asRead(only)), 2 * terminal.stderr.columns)}`
      : ' that are marked?'
  const choices = [back, { value: 'sure', label: verb.toLowerCase() }] as const
  const choice = await terminal.choose(`${verb} ${nameOf(waits)}${question}`, choices, {
    signal: interrupts.signal,
  })
  return choice === 'sure' ? askComment(context, verdict) : choice
}

function nameOf(waits: readonly OpenWait[]): string {
  const [only] = waits
  return only && waits.length === 1 ? escapeName(waitId(only)) : `all ${waits.length}`
}

/** Where earlier runs waited is no proof: it takes the word of whoever decides. */
async function confirmLearned(
  { terminal, interrupts }: Context,
  waits: readonly OpenWait[],
): Promise<'sure' | 'back' | undefined> {
  const learned = waits.filter(({ source }) => source === 'learned')
  if (learned.length === 0) return 'sure'
  const where = learned.map(({ topic }) => (topic ? `on topic ${escapeName(topic)}` : 'without a topic'))
  const places = [...new Set(where)].join(' and ')
  const choices = [back, { value: 'sure', label: 'send' }] as const
  return terminal.choose(`Send to ${nameOf(learned)} ${places}? Only earlier runs tell so.`, choices, {
    signal: interrupts.signal,
  })
}

async function askComment({ terminal, interrupts }: Context, verdict: Verdict): Promise<Answer | undefined> {
  if (verdict === 'approved') return { verdict, comment: null }
  const comment = await terminal.ask('Why not?', { signal: interrupts.signal, required: true })
  return comment === undefined ? undefined : { verdict, comment }
}

async function decideAll(
  context: Context,
  store: LentStore,
  settings: Settings,
  waits: readonly OpenWait[],
  answer: Answer,
  chosen?: Topic,
): Promise<void> {
  const actor = findActor(undefined, context.env, context.userAndHost, context.terminal.isCI)
  noteUnrecorded(context, settings)
  // Each question that led here says which profile it is about.
  if (waits.length > 1) await store.guard?.permit({ what: `Decide ${waits.length} waits`, isOne: false })
  else store.guard?.allowOne()
  for (const wait of waits) {
    if (context.interrupts.signal.aborted) return
    await tellErrors(context, async () => {
      const { name, source, topic } = wait
      const fromEarlier = source === 'learned' ? topic : undefined
      const decided = await submitDecision(store, decisionRules(context, settings), {
        ...answer,
        wait: asRead(wait),
        name,
        topic: chosen === undefined ? fromEarlier : chosen,
        actor,
      })
      await reportDecided(context, store, [decided], { output: 'table' })
    })
  }
}
