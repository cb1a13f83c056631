import type { Context } from '../context.ts'
import { findActor } from '../core/decision.ts'
import { CliError } from '../core/errors.ts'
import { parseJson } from '../core/json.ts'
import type { DecisionVerb, Store } from '../core/store.ts'
import { submitDecision } from '../core/submit-decision.ts'
import type { JsonValue } from '../core/workflow.ts'
import { initialPicker, pickedWaits, pickerView, updatePicker } from '../render/picker-view.ts'
import { questionView } from '../render/question-view.ts'
import { createStyle } from '../render/style.ts'
import type { Settings } from '../settings/settings.ts'
import { decisionRules } from './decision-rules.ts'
import { type InboxFilters, type OpenWait, type OpenWaits, readOpenWaits } from './open-waits.ts'
import { reportDecided } from './report-decided.ts'
import { reportError } from './report-error.ts'
import { tell } from './tell.ts'

/** The oldest; nobody goes through more of them by hand. */
const mostWaits = 1000

/** The inbox on a terminal: pick, read, decide, and back to what is left, until there is nothing or somebody leaves. */
export async function runDesk(
  context: Context,
  store: Store,
  settings: Settings,
  filters: InboxFilters,
): Promise<void> {
  for (;;) {
    const open = await readOpenWaits(context, store, settings, filters, mostWaits)
    if (open.waits.length === 0)
      return tell(context, `Nothing waits for an answer in ${store.database.label}.`)
    const picked = await pick(context, store, open)
    if (!picked || picked.action === 'leave') return
    if (picked.action === 'refresh') continue
    const { action } = picked
    await tellErrors(context, async () => {
      const answer =
        action === 'open'
          ? await readAndAnswer(context, store, picked.waits)
          : await askComment(context, verbByAction[action])
      if (answer) await decideAll(context, store, settings, picked.waits, answer)
    })
  }
}

/** Something went wrong: it is said, and the desk stays open. */
async function tellErrors(context: Context, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    reportError(context, error, false)
  }
}

const verbByAction = { approve: 'approved', reject: 'rejected' } as const

async function pick({ terminal, interrupts, now }: Context, store: Store, { waits, total }: OpenWaits) {
  const { stderr } = terminal
  const style = createStyle(stderr.colorLevel)
  const model = await terminal.interact(
    {
      initial: initialPicker(waits, total),
      update: updatePicker,
      isDone: ({ action }) => action !== undefined,
      view: (state) =>
        pickerView(
          state,
          store.database.label,
          { style, width: stderr.columns, now: now() },
          stderr.rows - 1,
        ),
    },
    { signal: interrupts.signal },
  )
  return model?.action && { action: model.action, waits: pickedWaits(model) }
}

interface Answer {
  readonly decision: DecisionVerb
  readonly data?: JsonValue
  readonly comment: string | null
}

/** Shows the questions, and asks what to answer; undefined goes back to the list. */
async function readAndAnswer(
  context: Context,
  store: Store,
  waits: readonly OpenWait[],
): Promise<Answer | undefined> {
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
    { value: 'approved', label: 'approve' },
    { value: 'rejected', label: 'reject', hint: 'with a reason' },
    { value: 'custom-approved', label: 'approve with a payload of your own' },
    { value: 'custom-rejected', label: 'reject with a payload of your own' },
    { value: 'back', label: 'back to the list' },
  ] as const
  const { signal } = interrupts
  const count = waits.length === 1 ? '' : ` to all ${waits.length}`
  const choice = await terminal.choose(`Your answer${count}?`, choices, { signal })
  if (choice === undefined || choice === 'back') return undefined
  const answer = await askComment(context, choice.endsWith('approved') ? 'approved' : 'rejected')
  if (!answer || !choice.startsWith('custom')) return answer
  const payload = await terminal.ask('The payload, as JSON', { signal, required: true })
  return payload === undefined ? undefined : { ...answer, data: parseJson(payload, 'the payload') }
}

async function askComment(
  { terminal, interrupts }: Context,
  decision: DecisionVerb,
): Promise<Answer | undefined> {
  if (decision === 'approved') return { decision, comment: null }
  const comment = await terminal.ask('Why not?', { signal: interrupts.signal, required: true })
  return comment === undefined ? undefined : { decision, comment }
}

async function decideAll(
  context: Context,
  store: Store,
  settings: Settings,
  waits: readonly OpenWait[],
  answer: Answer,
): Promise<void> {
  const actor = findActor(undefined, context.env, context.userAndHost, context.terminal.isCI)
  for (const wait of waits) {
    await tellErrors(context, async () => {
      const { name } = wait
      const decided = await submitDecision(store, decisionRules(context, settings), {
        ...answer,
        wait,
        name,
        actor,
      })
      await reportDecided(context, store, [decided], { output: 'table' })
    })
  }
}
