import { createWaitKnowledge } from '../../../core/decide/known-waits.ts'
import type { Failure } from '../../../core/testing/test-case.ts'
import { isEnded, type Wait, type Workflow } from '../../../core/workflow.ts'
import { outcomeSentence } from '../../../render/outcome.ts'
import { whyOver } from './await-conditions.ts'
import type { Within } from './world.ts'

interface OpenWait {
  readonly wait: Wait
  /** Of the workflow that waits. */
  readonly name: string
}

/** The wait that nobody has answered yet, at this step or at any; else what came instead. Throws `timed-out` with why. */
export async function awaitOpenWait(
  { running, subject, signal, lineOf }: Within,
  verb: 'send' | 'approve' | 'reject',
  step: number | undefined,
): Promise<OpenWait | Failure> {
  const { store, settings } = running.world
  const { workflowId } = subject
  const what = step === undefined ? 'message' : `message at step ${step}`
  running.tell(`waits for ${what}`)
  const know = createWaitKnowledge(store, settings.workflows)
  let workflow: Workflow | undefined
  const changes = store.follow([workflowId], { signal, types: ['status', 'waits'], cursors: false })
  for await (const change of changes) {
    if (change.type === 'status') workflow = change.workflow
    if (workflow && isEnded(workflow.status)) {
      const message = `${outcomeSentence(workflow)}, and it did not wait for a ${what}`
      return { line: lineOf([verb]), what: `${verb} ${workflowId}`, message }
    }
    if (change.type !== 'waits') continue
    const name = (workflow ?? (await store.get(workflowId)))?.name ?? ''
    const waits = await know(change.waits.map((wait) => ({ ...wait, name })))
    const wait = waits.find((one) => one.state === 'waiting' && (step === undefined || one.step === step))
    if (wait) return { wait, name }
  }
  throw await whyOver(running, what, workflowId)
}
