import type { Change, ChangeType } from '../change.ts'
import { answerCommand, waitedFor } from '../decide/question-words.ts'
import { CliError, type ErrorCode } from '../errors.ts'
import type { FollowOptions, Store } from '../store.ts'
import { command } from '../words/command-line.ts'
import {
  describeError,
  type EndedStatus,
  isEnded,
  type JsonValue,
  type Wait,
  type Workflow,
} from '../workflow.ts'
import type { Condition } from './condition.ts'
import { Expectation } from './expectation.ts'

interface WaitingOptions {
  /** The first workflow that meets its conditions is enough. */
  readonly any?: boolean
  /** Over as soon as one is blocked on a message. */
  readonly failOnInput?: boolean
  /** All that was ever published counts, and not only what is there now and comes after. */
  readonly isFromStart?: boolean
}

/** Waits for conditions of workflows: what is followed for it, and when it is over. */
export class Waiting {
  readonly expected: readonly Expectation[]
  readonly #options: WaitingOptions
  readonly #byId: ReadonlyMap<string, Expectation>

  private constructor(expected: readonly Expectation[], options: WaitingOptions) {
    this.expected = expected
    this.#options = options
    this.#byId = new Map(expected.map((one) => [one.workflowId, one]))
  }

  /** Looks at what is there already. */
  static async begin(
    store: Pick<Store, 'events'>,
    workflowIds: readonly string[],
    conditions: readonly Condition[],
    options: WaitingOptions = {},
  ): Promise<Waiting> {
    const expected = workflowIds.map((id) => new Expectation(id, conditions))
    if (!options.isFromStart)
      for (const one of expected) if (one.asksForEvents) one.begin(await store.events(one.workflowId))
    return new Waiting(expected, options)
  }

  /** What an event was before the waiting began is no matter: its latest value counts, and every one after it. */
  get following(): Pick<FollowOptions, 'latestEvents'> & { readonly types: readonly ChangeType[] } {
    const needed = this.expected.flatMap(({ changeTypes }) => changeTypes)
    const types = [...needed, ...(this.#options.failOnInput ? (['waits'] as const) : [])]
    return { types: [...new Set(types)], latestEvents: !this.#options.isFromStart }
  }

  take(change: Change): void {
    this.#byId.get(change.workflowId)?.take(change)
  }

  get isOver(): boolean {
    if (this.isBlocked) return true
    return this.#options.any
      ? this.expected.some(({ isMet }) => isMet)
      : this.expected.every(({ isMet }) => isMet)
  }

  get isBlocked(): boolean {
    return this.#options.failOnInput === true && this.expected.some(({ blockedBy }) => blockedBy)
  }
}

/** What became of the wait for one workflow. */
export type Settled =
  | { readonly kind: 'met'; readonly value: JsonValue }
  /** It ended as was asked, but badly: then there is no value. */
  | { readonly kind: 'failed'; readonly error: CliError }
  /** It will never be met, or not before somebody answers. */
  | { readonly kind: 'unmet'; readonly error: CliError }

/** `workflow` is the last that was seen of it. Undefined as long as nobody can tell. */
export function settle(
  expectation: Expectation,
  workflow: Workflow | undefined,
  { failOnInput = false }: Pick<WaitingOptions, 'failOnInput'> = {},
): Settled | undefined {
  const { isMet, asksForEnd, blockedBy, value } = expectation
  const hasEnded = workflow !== undefined && isEnded(workflow.status)
  if (isMet && asksForEnd && hasEnded && workflow.status !== 'SUCCESS') {
    return { kind: 'failed', error: endedBadly(workflow) }
  }
  if (isMet) return { kind: 'met', value }
  if (hasEnded) return { kind: 'unmet', error: endedWithout(expectation, workflow) }
  return failOnInput && blockedBy ? { kind: 'unmet', error: needsInput(blockedBy) } : undefined
}

/** In a sentence: nobody can tell yet, and there was too little time. */
export function notMetYet({ workflowId, unmet }: Expectation): string {
  return `${workflowId} has not met ${unmet}.`
}

function needsInput(wait: Wait): CliError {
  return new CliError('waiting-for-input', `${wait.workflowId} waits ${waitedFor(wait)}.`, {
    hint: answerCommand(wait),
  })
}

/** Why a workflow that has ended will never meet it. */
function endedWithout({ workflowId, unmet, reached }: Expectation, workflow: Workflow): CliError {
  const { status, error } = workflow
  const near = reached === '' ? '' : ` (${reached})`
  const quotes = error ? describeError(error) : undefined
  const why = quotes === undefined ? '' : `: ${quotes}`
  return new CliError('condition-not-met', `${workflowId} ended ${status} without ${unmet}${near}${why}.`, {
    hint: command('get', [workflowId]),
    quotes,
  })
}

const codeByStatus = {
  SUCCESS: 'condition-not-met',
  ERROR: 'workflow-failed',
  CANCELLED: 'workflow-cancelled',
  MAX_RECOVERY_ATTEMPTS_EXCEEDED: 'workflow-dead',
} as const satisfies Record<EndedStatus, ErrorCode>

/** It has ended, and has no result. */
export function endedBadly({ workflowId, status, error }: Workflow): CliError {
  const code = isEnded(status) ? codeByStatus[status] : 'condition-not-met'
  const quotes = error ? describeError(error) : undefined
  const why = quotes === undefined ? '' : `: ${quotes}`
  return new CliError(code, `${workflowId} ended ${status}${why}.`, {
    hint: command('explain', [workflowId]),
    quotes,
  })
}
