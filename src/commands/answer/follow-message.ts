import type { Context } from '../../context.ts'
import { dbosStep } from '../../core/dbos-names.ts'
import { type ExitCode, exitCodeByStatus, exitCodes } from '../../core/exit-codes.ts'
import type { Store } from '../../core/store.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import { isEnded, type JsonValue, type Step, type WorkflowStatus } from '../../core/workflow.ts'
import { follow } from '../../frame/follow/follow-workflows.ts'
import { interruptCode } from '../../frame/interrupt.ts'
import type { AwaitedStage } from './report-decided.ts'

/** How far a message got: a step read it, and the workflow ended. */
export interface Receipt {
  readonly readByStep: number | null
  /** Null as long as the workflow has not ended, or its end was not waited for. */
  readonly status: WorkflowStatus | null
  readonly code: ExitCode
}

interface SentMessage {
  readonly workflowId: string
  readonly message: JsonValue
  /** Steps that read something before it was sent. */
  readonly readBefore: ReadonlySet<number>
  readonly stage: AwaitedStage
  readonly timeoutMs: number | undefined
}

/** Every step of this workflow that read a message, or gave up waiting for one. */
export async function readingSteps(store: Store, workflowId: string): Promise<ReadonlySet<number>> {
  return new Set((await store.steps(workflowId)).filter(isReading).map(({ step }) => step))
}

/** Until a step has read it, or the workflow ended; one that ends without having read it is a conflict. */
export async function followMessage(
  context: Context,
  store: Store,
  { workflowId, message, readBefore, stage, timeoutMs }: SentMessage,
): Promise<Receipt> {
  const text = stringifyExact(message)
  let readByStep: number | null = null
  let status: WorkflowStatus | null = null
  const code = (): ExitCode | undefined => {
    if (stage === 'read' && readByStep !== null) return exitCodes.ok.code
    if (status === null || !isEnded(status)) return undefined
    return readByStep === null ? exitCodes.conflict.code : exitCodeByStatus(status)
  }
  const spinner = context.terminal.spinner(
    `sent; waiting until ${stage === 'read' ? 'it is read' : 'it ended'}`,
  )
  try {
    const outcome = await follow(context, store, {
      workflowIds: [workflowId],
      output: context.terminal.stderr,
      format: 'quiet',
      types: ['status', 'step'],
      timeoutMs,
      onChange: (change) => {
        if (change.type === 'step') {
          const { step } = change
          const isIt = isReading(step) && !readBefore.has(step.step) && stringifyExact(step.output) === text
          if (isIt) readByStep ??= step.step
        }
        if (change.type === 'status' && isEnded(change.workflow.status)) status = change.workflow.status
        return code() !== undefined
      },
    })
    const rest = outcome.reason === 'timed-out' ? exitCodes['timed-out'].code : interruptCode(context)
    return { readByStep, status, code: code() ?? rest }
  } finally {
    spinner.stop()
  }
}

function isReading({ name }: Step): boolean {
  return name === dbosStep.recv
}
