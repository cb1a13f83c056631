import type { Change, ChangeType } from '../change.ts'
import { stringifyExact } from '../words/exact-number.ts'
import type { JsonValue, Wait, WorkflowEvent } from '../workflow.ts'
import { type Condition, changeTypesFor, describeCondition, meets, meetsValue } from './condition.ts'
import { findByPath, valueAt } from './value-path.ts'

/** What one workflow has met so far of what was asked for, and how near it came to the rest. */
export class Expectation {
  readonly workflowId: string
  readonly #met = new Map<Condition, JsonValue>()
  readonly #conditions: readonly Condition[]
  /** The last value of each event and stream, and the names of the steps. */
  readonly #seen = { event: new Map<string, JsonValue>(), stream: new Map<string, JsonValue>() }
  readonly #steps = new Set<string>()
  #blockedBy: Wait | undefined
  #output: JsonValue = null

  constructor(workflowId: string, conditions: readonly Condition[]) {
    this.workflowId = workflowId
    this.#conditions = conditions
  }

  /** The events that are there before anything is followed, all of them: one may bear the name of a path into another. */
  begin(events: readonly Pick<WorkflowEvent, 'key' | 'value'>[]): void {
    for (const { key, value } of events) this.#seen.event.set(key, value)
    for (const { key } of events) {
      this.#meet((condition) =>
        condition.kind === 'event' ? meetsValue(condition, key, this.#seen) : undefined,
      )
    }
  }

  take(change: Change): void {
    if (change.workflowId !== this.workflowId) return
    if (change.type === 'event' || change.type === 'stream') {
      this.#seen[change.type].set(change.key, change.value)
    }
    this.#meet((condition) => meets(condition, change, this.#seen))
    if (change.type === 'status') this.#output = change.workflow.output
    if (change.type === 'step') this.#steps.add(change.step.name)
    if (change.type === 'waits') this.takeWaits(change.waits)
  }

  #meet(meets: (condition: Condition) => { readonly value: JsonValue } | undefined): void {
    for (const condition of this.#conditions) {
      if (this.#met.has(condition) && !isAboutLatest(condition)) continue
      const met = meets(condition)
      if (met) this.#met.set(condition, met.value)
    }
  }

  /** All the open waits there are; those of other workflows do not matter. */
  takeWaits(waits: readonly Wait[]): void {
    this.#blockedBy = waits.find(
      ({ workflowId, state }) => workflowId === this.workflowId && state === 'waiting',
    )
  }

  get missing(): readonly Condition[] {
    return this.#conditions.filter((condition) => !this.#met.has(condition))
  }

  get isMet(): boolean {
    return this.missing.length === 0
  }

  /** The value that met the last condition; of several conditions the last one named is the point. */
  get value(): JsonValue {
    return [...this.#conditions].map((condition) => this.#met.get(condition) ?? null).at(-1) ?? null
  }

  get asksForEnd(): boolean {
    return this.#conditions.some(({ kind }) => kind === 'ended')
  }

  get asksForEvents(): boolean {
    return this.#conditions.some(({ kind }) => kind === 'event')
  }

  get changeTypes(): readonly ChangeType[] {
    return this.#conditions.flatMap(changeTypesFor)
  }

  /** The open wait that keeps it from going on. */
  get blockedBy(): Wait | undefined {
    return this.isMet ? undefined : this.#blockedBy
  }

  /** What it did of what is missing: `event:progress was last 40`. A value of null and none at all are two answers. */
  get reached(): string {
    return this.missing
      .map((condition) => this.#describeReached(condition))
      .filter((text) => text !== '')
      .join('; ')
  }

  #describeReached(condition: Condition): string {
    switch (condition.kind) {
      case 'event':
      case 'stream': {
        const { kind, path } = condition
        const seen = this.#seen[kind]
        const last = findByPath(seen, path)
        if (last) return `${kind}:${path} was last ${stringifyExact(last.value)}`
        const verb = kind === 'event' ? 'published' : 'streamed'
        return seen.size === 0 ? `it ${verb} nothing` : `it ${verb} ${[...seen.keys()].join(', ')}`
      }
      case 'step':
        return this.#steps.size === 0
          ? `it recorded no step`
          : `its steps were ${[...this.#steps].join(', ')}`
      case 'result': {
        const { path } = condition
        const value = path === undefined ? this.#output : valueAt(this.#output, path)
        if (value === undefined) return `the result has no ${path}`
        return value === null
          ? ''
          : `result${path === undefined ? '' : `.${path}`} was ${stringifyExact(value)}`
      }
      default:
        return ''
    }
  }

  /** All of it, as the user typed it. */
  get asked(): string {
    return this.#conditions.map(describeCondition).join(' and ')
  }

  /** What is missing of it. */
  get unmet(): string {
    return this.missing.map(describeCondition).join(' and ')
  }
}

/** An event has one value: the one that it had when all was met. */
function isAboutLatest(condition: Condition): boolean {
  return condition.kind === 'event' && condition.comparison === null
}
