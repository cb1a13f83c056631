import { internalQueue } from '../../src/core/dbos-names.ts'
import type {
  CountableField,
  ManageResult,
  ManageTarget,
  ManageVerb,
  StepBounds,
} from '../../src/core/manage/manage.ts'
import { contains, type WorkflowFilter } from '../../src/core/manage/workflow-filter.ts'
import { qualifiedName } from '../../src/core/run/workflow-name.ts'
import { type AnyOf, toList } from '../../src/core/words/any-of.ts'
import { isEnded, type Workflow, type WorkflowStatus } from '../../src/core/workflow.ts'
import type { FakeRows, FakeWorkflow } from './fake-workflow.ts'

/** What the filter says of one workflow. */
export function isLetThrough(rows: FakeRows, filter: WorkflowFilter): boolean {
  const { workflow, parentId, attributes, schedule, user } = rows
  const among: readonly (readonly [AnyOf<string> | undefined, string | null | undefined])[] = [
    [filter.status, workflow.status],
    [filter.queue, workflow.queue],
    [filter.application, workflow.application],
    [filter.version, workflow.version],
    [filter.executorId, workflow.executorId],
    [filter.parentId, parentId],
    [filter.schedule, schedule],
    [filter.user, user],
  ]
  const payloads = JSON.stringify([workflow.input, workflow.output, workflow.error]).toLowerCase()
  return (
    among.every(([wanted, actual]) => toList(wanted)?.some((one) => one === actual) ?? true) &&
    isNamed(workflow, filter.name) &&
    (filter.since === undefined || workflow.createdAt >= filter.since) &&
    (filter.until === undefined || workflow.createdAt < filter.until) &&
    isEndedIn(workflow, filter) &&
    (filter.dequeuedSince === undefined ||
      (workflow.startedAt !== null && workflow.startedAt >= filter.dequeuedSince)) &&
    (filter.hasParent === undefined || filter.hasParent === (parentId !== null)) &&
    (filter.isFork === undefined || filter.isFork === (rows.forkedFrom !== null)) &&
    (toList(filter.idPrefix)?.some((start) => workflow.workflowId.startsWith(start)) ?? true) &&
    (filter.endedUntil === undefined ||
      (workflow.completedAt !== null && workflow.completedAt < filter.endedUntil)) &&
    (toList(filter.attributes)?.some((wanted) => contains(attributes ?? undefined, wanted)) ?? true) &&
    (toList(filter.search)?.some((text) => payloads.includes(text.toLowerCase())) ?? true)
  )
}

function isEndedIn(
  { createdAt, completedAt }: Workflow,
  { endedSince, longerThanMs }: WorkflowFilter,
): boolean {
  const tookMs = (completedAt?.getTime() ?? Date.now()) - createdAt.getTime()
  return (
    (endedSince === undefined || (completedAt !== null && completedAt >= endedSince)) &&
    (longerThanMs === undefined || tookMs > longerThanMs)
  )
}

export function isNamed(
  { name, className }: Pick<Workflow, 'name' | 'className'>,
  wanted: AnyOf<string> | undefined,
): boolean {
  return toList(wanted)?.some((one) => one === name || one === qualifiedName(className, name)) ?? true
}

export function fieldOf({ workflow }: FakeRows, field: CountableField): string | null {
  return field === 'executor' ? workflow.executorId : workflow[field]
}

const recordedParts = ['steps', 'events', 'streams'] as const

interface Recorded {
  readonly step: number
}

function isBefore({ fromStep = 0 }: ManageTarget): (recorded: Recorded) => boolean {
  return ({ step }) => step < fromStep
}

function keep<Row>(rows: Row[], isKept: (row: Row) => boolean): void {
  rows.splice(0, rows.length, ...rows.filter(isKept))
}

interface FakeTable {
  get(workflowId: string): FakeRows | undefined
  remove(workflowId: string): void
  add(copy: FakeWorkflow): void
}

/** As far as it recorded a step. */
export function stepBoundsOf({ workflow, steps }: FakeRows, name?: string): StepBounds[] {
  const lastStep = steps.at(-1)?.step
  const failedStep = steps.find(({ error }) => error !== null)?.step ?? null
  const namedStep = steps.find((step) => step.name === name)?.step ?? null
  return lastStep === undefined ? [] : [{ workflowId: workflow.workflowId, lastStep, failedStep, namedStep }]
}

/** What DBOS leaves of a workflow when it is cancelled, resumed, forked, rewound or deleted. */
export function manageFake(table: FakeTable, verb: ManageVerb, target: ManageTarget): ManageResult {
  const { workflowId } = target
  const rows = table.get(workflowId)
  if (!rows) return { workflowId, outcome: 'not-found' }
  const { status } = rows.workflow
  if (status !== target.status) return { workflowId, outcome: 'moved-on', status }
  const changed = (after: WorkflowStatus | null): ManageResult => ({
    workflowId,
    outcome: 'changed',
    status: after,
  })
  const put = (fields: Partial<Workflow>) => {
    rows.workflow = { ...rows.workflow, startedAt: null, ...fields }
  }
  const queue = target.queue ?? internalQueue
  if (verb === 'delete') {
    table.remove(workflowId)
    return changed(null)
  }
  if (verb === 'reprioritize') return changed(status)
  if (verb === 'reschedule') {
    const isDue = target.delayUntilMs !== undefined && target.delayUntilMs <= Date.now()
    rows.workflow = { ...rows.workflow, status: isDue ? 'ENQUEUED' : status }
    return changed(rows.workflow.status)
  }
  if (verb === 'requeue') {
    rows.workflow = { ...rows.workflow, queue }
    return changed(status)
  }
  if (verb === 'cancel') {
    put({ status: 'CANCELLED', queue: null, completedAt: new Date() })
    return changed('CANCELLED')
  }
  if (verb === 'resume') {
    put({ status: 'ENQUEUED', queue, completedAt: null, recoveryAttempts: 0 })
    return changed('ENQUEUED')
  }
  if (verb === 'fork') {
    const { name, className, configName, application, input, version } = rows.workflow
    const newWorkflowId = target.newWorkflowId ?? `${workflowId}-fork`
    if (table.get(newWorkflowId))
      return { workflowId, outcome: 'failed', reason: `the id ${newWorkflowId} is in use` }
    table.add({
      workflowId: newWorkflowId,
      forkedFrom: workflowId,
      attributes: rows.attributes ?? undefined,
      user: rows.user ?? undefined,
      name,
      className,
      configName,
      application,
      input,
      version: target.version ?? version,
      status: 'ENQUEUED',
      queue,
    })
    const copy = table.get(newWorkflowId)
    for (const part of recordedParts)
      (copy?.[part] as Recorded[] | undefined)?.push(...rows[part].filter(isBefore(target)))
    return changed('ENQUEUED')
  }
  if (!isEnded(status))
    return { workflowId, outcome: 'failed', reason: `it is ${status}: cancel it before it is rewound` }
  const isKept = isBefore(target)
  keep(rows.steps, isKept)
  keep(rows.events, isKept)
  keep(rows.streams, (written) => isKept(written) || written.value !== undefined)
  keep(rows.messages, ({ readByStep }) => readByStep !== null && isKept({ step: readByStep }))
  put({ status: 'ENQUEUED', queue, completedAt: null, recoveryAttempts: 0, output: null, error: null })
  return changed('ENQUEUED')
}
