import { dbosStep } from '../../core/dbos-names.ts'
import { sleepsUntil } from '../../core/diagnosis/diagnose.ts'
import { isEnded, type Step, type WorkflowSummary } from '../../core/workflow.ts'
import { escapeName, shortId } from '../text.ts'

/** A step, a child, or several alike: what stands in a row of the timeline. */
export interface Span {
  /** `3`, or `4–63` of several. */
  readonly place: string
  readonly name: string
  readonly count: number
  readonly startMs: number
  /** Until now, where it goes on. */
  readonly endMs: number
  readonly goesOn: boolean
  readonly failed: number
  readonly isWait: boolean
}

const waitingSteps: readonly string[] = [dbosStep.recv, dbosStep.sleep, dbosStep.getResult, dbosStep.getEvent]

/** From so many of one name on, in a row and none of them failed, they share one. */
const fewestAlike = 4

/** In the order of the steps; a child stands at the step that started it, those of which no step is known at the end. */
export function toSpans(steps: readonly Step[], children: readonly WorkflowSummary[], now: Date): Span[] {
  const childById = new Map(children.map((child) => [child.workflowId, child]))
  const placed = new Set<string>()
  const spans = steps.flatMap((step) => {
    const child = childById.get(step.childId ?? '')
    if (!child || placed.has(child.workflowId)) return spanOfStep(step, now)
    placed.add(child.workflowId)
    return spanOfChild(child, String(step.step), now)
  })
  const others = children.filter(({ workflowId }) => !placed.has(workflowId))
  return joinAlike([...spans, ...others.map((child) => spanOfChild(child, '', now))])
}

function spanOfStep(step: Step, now: Date): Span[] {
  const { name, startedAt, completedAt, error } = step
  // The row of a wait's deadline says when it began, not how long it took.
  if (name === dbosStep.sleep && startedAt && completedAt && +startedAt === +completedAt) return []
  const end = completedAt ?? (sleepsUntil(step) ? now : null)
  if (!startedAt || !end) return []
  return [
    {
      ...{ place: String(step.step), name: escapeName(name), count: 1 },
      ...{ startMs: startedAt.getTime(), endMs: Math.max(+startedAt, +end), goesOn: completedAt === null },
      ...{ failed: error ? 1 : 0, isWait: waitingSteps.includes(name) },
    },
  ]
}

function spanOfChild(child: WorkflowSummary, place: string, now: Date): Span {
  const { status, workflowId, createdAt, completedAt } = child
  const startMs = createdAt.getTime()
  return {
    ...{ place, name: `└ ${escapeName(child.name)} ${shortId(workflowId)}`, count: 1 },
    ...{ startMs, endMs: Math.max(startMs, (completedAt ?? now).getTime()), goesOn: !isEnded(status) },
    ...{ failed: isEnded(status) && status !== 'SUCCESS' ? 1 : 0, isWait: false },
  }
}

function joinAlike(spans: readonly Span[]): Span[] {
  const runs: Span[][] = []
  for (const span of spans) {
    const run = runs.at(-1)
    if (run?.[0] && isAlike(run[0], span)) run.push(span)
    else runs.push([span])
  }
  return runs.flatMap((run) => (run.length < fewestAlike ? run : joined(run)))
}

/** A step that failed has a row of its own; of children a sum tells how many did. */
function isAlike(a: Span, b: Span): boolean {
  const [kindA, kindB] = [kindOf(a), kindOf(b)]
  return kindA === kindB && (kindA.startsWith('└') || (a.failed === 0 && b.failed === 0))
}

function kindOf({ name }: Span): string {
  return name.startsWith('└ ') ? name.slice(0, name.lastIndexOf(' ')) : name
}

function joined(run: readonly Span[]): Span[] {
  const [first, last] = [run[0], run.at(-1)]
  if (!first || !last) return []
  const sum = (of: (span: Span) => number) => run.reduce((total, span) => total + of(span), 0)
  const name = kindOf(first)
  return [
    {
      ...{ place: first.place === '' ? '' : `${first.place}–${last.place}`, name, count: run.length },
      startMs: run.reduce((least, { startMs }) => Math.min(least, startMs), first.startMs),
      endMs: run.reduce((most, { endMs }) => Math.max(most, endMs), last.endMs),
      goesOn: run.some(({ goesOn }) => goesOn),
      failed: sum(({ failed }) => failed),
      isWait: first.isWait,
    },
  ]
}
