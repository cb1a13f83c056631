import { DBOS } from '@dbos-inc/dbos-sdk'
import { requireDuration, requirePositiveInteger } from './check-arguments.ts'
import { fibonacciStep, type StepResult } from './fibonacci-step.ts'

const topic = 'notification'

export const approvalWorkflow = DBOS.registerWorkflow(askThenWork, { name: 'approvalWorkflow' })

interface ApprovalResult {
  readonly status: 'completed' | 'cancelled'
  readonly decision: 'approved' | 'rejected' | 'timed-out'
  readonly reason: string | null
  readonly by: string | null
  readonly results: readonly StepResult[]
}

/** Works only after somebody said yes, and tells a no from nobody's answer. */
async function askThenWork(n: number, waitSeconds = 60, stepMs = 0): Promise<ApprovalResult> {
  requirePositiveInteger('n', n)
  requireDuration('waitSeconds', waitSeconds)
  requireDuration('stepMs', stepMs)
  // Nothing between the question and `recv`: their neighbouring step numbers tell that it is still open.
  await DBOS.setEvent(`awaiting:${topic}`, {
    topic,
    prompt: `Run ${n} ${n === 1 ? 'step' : 'steps'}?`,
    steps: n,
    until: new Date(Date.now() + waitSeconds * 1000).toISOString(),
  })
  const answer = await DBOS.recv<unknown>(topic, { timeoutSeconds: waitSeconds })

  if (answer === null) return cancelled('timed-out', `nobody answered within ${waitSeconds} s`, null)
  const by = textOf(answer, 'by')
  const comment = reasonOf(answer)
  if (!isApproval(answer)) return cancelled('rejected', comment ?? 'not approved', by)

  const results: StepResult[] = []
  for (let index = 0; index < n; index++) results.push(await fibonacciStep(index, stepMs))
  return { status: 'completed', decision: 'approved', reason: comment, by, results }
}

function cancelled(decision: 'rejected' | 'timed-out', reason: string, by: string | null): ApprovalResult {
  return { status: 'cancelled', decision, reason, by, results: [] }
}

function isApproval(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'approved' in answer && answer.approved === true
}

/** In the words of `drover approve`, of people who send a message of their own, and of a bare string. */
function reasonOf(answer: unknown): string | null {
  if (typeof answer === 'string' && answer !== '') return answer
  return textOf(answer, 'comment') ?? textOf(answer, 'reason') ?? textOf(answer, 'message')
}

function textOf(answer: unknown, key: string): string | null {
  const value = typeof answer === 'object' && answer !== null ? Object.entries(answer) : []
  const text = value.find(([name]) => name === key)?.[1]
  return typeof text === 'string' && text !== '' ? text : null
}
