import type { AnyOf } from '../words/any-of.ts'
import type { JsonValue, Wait } from '../workflow.ts'

export interface InboxQuery {
  /** The registered name, or `Class.name`. */
  readonly name?: AnyOf<string>
  /** Only what has waited since then or longer. */
  readonly before?: Date
  /** All of them without. */
  readonly limit?: number
}

/** A wait, and the name of the workflow that waits. */
export interface NamedWait extends Wait {
  readonly name: string
}

export interface Inbox {
  /** The oldest first. */
  readonly waits: readonly NamedWait[]
  /** How many there are without the limit. */
  readonly total: number
}

/** How an earlier run of the same name was answered at the same step. */
export interface LearnedAnswer {
  readonly name: string
  readonly step: number
  readonly topic: string | null
  readonly message: JsonValue
}
