import { CliError } from '../errors.ts'
import type { Store } from '../store.ts'
import { command, phrase, quotedList } from '../words/command-line.ts'
import { largestInteger } from '../words/database-value.ts'
import { isEnded, type Wait, type Workflow } from '../workflow.ts'
import { waitId } from './wait-id.ts'

interface AddressedWait {
  readonly workflow: Workflow
  readonly wait: Wait
  /** Only what became of it can still be told. */
  readonly isOver: boolean
  /** The id of the workflow was given, and it has one open wait. */
  readonly isByWorkflow: boolean
}

/** A workflow by its whole id, or by what else stands for it. Throws `workflow-not-found`. */
export type FindWorkflow = (id: string) => Promise<Workflow>

interface Decider {
  /** The name of who decides. */
  readonly by: string
  readonly isRecorded: boolean
}

/**
 * What the user typed for a wait: `ID#STEP`, or an id with exactly one open wait, or without one an id of which the same
 * person decided the last. Throws what stands against it.
 */
export async function findWait(
  store: Store,
  typed: string,
  decider: Decider,
  findWorkflow: FindWorkflow,
): Promise<AddressedWait> {
  const { workflow, step } = await findAddressed(store, typed, findWorkflow)
  const { workflowId } = workflow
  const open = await store.waits([workflowId])
  if (step === undefined) {
    const last = open.length === 0 ? await lastDecidedBy(store, workflowId, decider) : undefined
    if (last) return { workflow, wait: last, isOver: true, isByWorkflow: false }
    return { workflow, wait: onlyOne(workflow, open), isOver: false, isByWorkflow: true }
  }
  const found = open.find((one) => one.step === step)
  const wait = found ?? (await store.waitAt(workflowId, step))
  if (!wait) throw notOpen(workflow, step)
  return { workflow, wait, isOver: found === undefined, isByWorkflow: false }
}

/** Whoever tries again means what was decided before. */
async function lastDecidedBy(
  store: Store,
  workflowId: string,
  { by, isRecorded }: Decider,
): Promise<Wait | undefined> {
  const last = await store.lastDecided(workflowId, { isRecorded })
  return last?.by === by ? store.waitAt(workflowId, last.step) : undefined
}

/** An exact id wins, even one that ends in `#3`, unless that is a wait of another workflow, too. */
async function findAddressed(
  store: Store,
  typed: string,
  findWorkflow: FindWorkflow,
): Promise<{ readonly workflow: Workflow; readonly step: number | undefined }> {
  const match = /^(.+)#(\d+)$/s.exec(typed)
  const whole = match ? await store.get(typed) : await findWorkflow(typed)
  if (match && whole) await refuseAmbiguous(store, whole, match[1] ?? '', Number(match[2]))
  if (whole) return { workflow: whole, step: undefined }
  const workflow = await findWorkflow(match?.[1] ?? typed)
  return { workflow, step: Number(match?.[2]) }
}

/** Throws `ambiguous-id` where the id of a workflow is that of a wait of another one. */
async function refuseAmbiguous(
  store: Store,
  { workflowId }: Workflow,
  other: string,
  step: number,
): Promise<void> {
  if (step > largestInteger || !(await store.waitAt(other, step))) return
  const waits = [{ workflowId: other, step }, ...(await store.waits([workflowId]))]
  const forms = await unambiguousWaitIds(store, waits)
  throw new CliError(
    'ambiguous-id',
    `"${workflowId}" is a workflow, and the wait of ${other} at step ${step}.`,
    {
      hint: phrase`name one: ${quotedList(forms)}`,
    },
  )
}

/**
 * `ID#STEP` for each of these waits. Where a workflow is called so, the step has zeros before it, as many as it takes:
 * they leave the wait the same, and the id is nobody's.
 */
export async function unambiguousWaitIds(
  store: Pick<Store, 'existing'>,
  waits: readonly Pick<Wait, 'workflowId' | 'step'>[],
): Promise<readonly string[]> {
  const forms = waits.map(waitId)
  for (let digits = 2; ; digits++) {
    const taken = new Set(await store.existing(forms))
    if (taken.size === 0) return forms
    for (const [index, { workflowId, step }] of waits.entries()) {
      if (taken.has(forms[index] ?? '')) forms[index] = `${workflowId}#${String(step).padStart(digits, '0')}`
    }
  }
}

function onlyOne(workflow: Workflow, open: readonly Wait[]): Wait {
  const [wait, ...others] = open
  if (!wait) throw notOpen(workflow, undefined)
  if (others.length === 0) return wait
  throw new CliError('ambiguous-id', `${workflow.workflowId} waits in ${open.length} places.`, {
    hint: phrase`name one: ${quotedList(open.map(waitId))}`,
  })
}

function notOpen({ workflowId, status }: Workflow, step: number | undefined): CliError {
  if (isEnded(status)) {
    return new CliError('already-ended', `${workflowId} ended ${status}; it waits for nothing.`, {
      hint: command('get', [workflowId]),
    })
  }
  const what = step === undefined ? 'does not wait for a message now' : `does not wait at step ${step} now`
  return new CliError('wait-not-found', `${workflowId} ${what}.`, {
    hint: command('wait', [workflowId], { '--for': 'message' }),
  })
}
