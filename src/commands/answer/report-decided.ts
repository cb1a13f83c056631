import type { Context } from '../../context.ts'
import { type Decided, describeEarlier } from '../../core/decide/submit-decision.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { type ExitCode, exitCodeByStatus, exitCodes } from '../../core/exit-codes.ts'
import type { Store } from '../../core/store.ts'
import { isEnded, type WorkflowStatus } from '../../core/workflow.ts'
import { follow } from '../../frame/follow/follow-workflows.ts'
import { interruptCode } from '../../frame/interrupt.ts'
import type { OutputFlags } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { formatDuration } from '../../render/time-text.ts'
import { toJsonLine, toJsonText } from '../../render/to-json.ts'
import { noteLeftBehind } from './note-left-behind.ts'

export type AwaitedStage = 'read' | 'ended'

interface ReportFlags extends OutputFlags {
  readonly wait?: AwaitedStage
  readonly timeoutMs?: number
}

/** How far a decision got: it is stored; then a step reads it; then the workflow ends. */
interface Progress {
  /** When the step of the wait ended, and whether it was by a message. */
  readonly read?: { readonly at: Date | null; readonly isMessage: boolean }
  readonly status?: WorkflowStatus
}

/** One line for each decision, as far along its three stages as `--wait` asks; with `-o json` one array. Returns what became of each. */
export async function reportDecided(
  context: Context,
  store: Store,
  decided: readonly Decided[],
  flags: ReportFlags,
): Promise<readonly ExitCode[]> {
  const { terminal } = context
  const isArray = flags.output === 'json'
  const reported: object[] = []
  const print = async (one: object) => (isArray ? void reported.push(one) : terminal.print(toJsonLine(one)))
  const codes = await reportEach(context, store, decided, { ...flags, print })
  if (isArray) await terminal.print(toJsonText(reported))
  return codes
}

interface Reporting extends ReportFlags {
  print(one: object): Promise<void>
}

async function reportEach(
  context: Context,
  store: Store,
  decided: readonly Decided[],
  flags: Reporting,
): Promise<readonly ExitCode[]> {
  const stage = flags.wait
  if (stage === undefined) {
    for (const one of decided) await report(context, one, {}, flags)
    await noteLeftBehind(context, store, idsOf(decided))
    return decided.map(() => exitCodes.ok.code)
  }
  const progress = new Map<Decided, Progress>(decided.map((one) => [one, {}]))
  const open = new Set(decided)
  const codes: ExitCode[] = []
  const settle = async (one: Decided, code: ExitCode) => {
    open.delete(one)
    codes.push(code)
    await report(context, one, progress.get(one) ?? {}, flags)
  }
  if (open.size === 0) return []
  await noteLeftBehind(context, store, idsOf(decided))
  const spinner = context.terminal.spinner(
    `stored; waiting until ${stage === 'read' ? 'it is read' : 'it ended'}`,
  )
  const outcome = await follow(context, store, {
    workflowIds: idsOf(decided),
    output: context.terminal.stderr,
    format: 'quiet',
    types: ['status', 'step'],
    timeoutMs: flags.timeoutMs,
    onChange: async (change) => {
      for (const one of open) {
        const { workflowId, step } = one.wait
        if (change.workflowId !== workflowId) continue
        if (change.type === 'step' && change.step.step === step) {
          const isMessage = change.step.output !== null
          progress.set(one, { ...progress.get(one), read: { at: change.step.completedAt, isMessage } })
        }
        if (change.type === 'status' && isEnded(change.workflow.status)) {
          progress.set(one, { ...progress.get(one), status: change.workflow.status })
        }
        const code = codeOf(progress.get(one) ?? {}, stage)
        if (code !== undefined) await settle(one, code)
      }
      return open.size === 0
    },
  })
  spinner.stop()
  const rest = outcome.reason === 'timed-out' ? exitCodes['timed-out'].code : interruptCode(context)
  for (const one of [...open]) await settle(one, rest)
  return codes
}

function idsOf(decided: readonly Decided[]): readonly string[] {
  return [...new Set(decided.map(({ wait }) => wait.workflowId))]
}

/** Undefined as long as there is something to wait for. */
function codeOf({ read, status }: Progress, stage: AwaitedStage): ExitCode | undefined {
  if (read && !read.isMessage) return exitCodes.conflict.code
  if (stage === 'read' && read) return exitCodes.ok.code
  if (status === undefined) return undefined
  return read ? exitCodeByStatus(status) : exitCodes.conflict.code
}

async function report(
  context: Context,
  { wait, topic, decision, by, comment, outcome, at }: Decided,
  progress: Progress,
  flags: Reporting,
): Promise<void> {
  const { workflowId, step } = wait
  const { read, status } = progress
  if (flags.output !== 'table') {
    const readByStep = read?.isMessage ? step : null
    const line = {
      workflowId,
      step,
      topic,
      decision,
      by,
      comment,
      outcome,
      at,
      readByStep,
      status: status ?? null,
    }
    return flags.print(line)
  }
  const id = waitId(wait)
  const stages = [
    outcome === 'stored'
      ? `${id} ${decision} by ${by}`
      : `${id}: already ${by === null ? 'decided' : 'recorded'}${describeEarlier({ by, at })}`,
    ...(flags.wait === undefined ? [] : [describeRead(progress, step, at)]),
    ...(status === undefined ? [] : [`ended ${status}`]),
  ]
  return printNotice(context, `${stages.join(' → ')}.`)
}

function describeRead({ read, status }: Progress, step: number, storedAt: Date): string {
  if (!read) return status === undefined ? 'not read yet' : 'never read'
  if (!read.isMessage) return `never read: step ${step} gave up waiting before`
  const tookMs = read.at ? read.at.getTime() - storedAt.getTime() : 0
  return `read by step ${step}${tookMs > 0 ? ` after ${formatDuration(tookMs)}` : ''}`
}
