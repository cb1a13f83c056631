import type { UnknownTopics } from './misdirected.ts'

/** Workflows that stand where they are for the same reason, most likely. */
export interface Standing {
  readonly count: number
  readonly oldestId: string
  /** Since when the oldest is there. */
  readonly oldestAt: Date
}

/** What waits on one queue for one version of one application. */
export interface Backlog extends Standing {
  readonly queue: string
  readonly application: string | null
  readonly version: string | null
}

/** What was claimed from a queue under one name, and recorded nothing. */
export interface Unbegun extends Standing {
  readonly name: string
  readonly className: string | null
}

/** Some workflows, and how many there are, up to what was worth counting. */
export interface Sample {
  readonly count: number
  readonly ids: readonly string[]
}

/** What the server and the system tables tell about themselves. */
export interface ServerHealth {
  /** Such as `18.4`. */
  readonly serverVersion: string
  readonly now: Date
  /** Of the tables; null where they do not tell. */
  readonly migration: number | null
  /** A notification arrived that was sent for that. */
  readonly isListening: boolean
  /** Something between us and the server answers for it. */
  readonly isPooled: boolean
  /** It can be read, and announces nothing. */
  readonly isReplica: boolean
  readonly seesSessions: boolean
  /** What this role lacks privileges for. */
  readonly mayNot: readonly ('send' | 'approve' | 'start')[]
  readonly role: string
  /** The server asks for passwords as MD5. */
  readonly asksForMd5: boolean
  /** There is a table for decisions. */
  readonly hasRecord: boolean
  /** SQL of the index on names that a large table lacks; null where there is one, or no need of it. */
  readonly missingIndex: string | null
  /** ENQUEUED for a while, the oldest first. */
  readonly backlog: readonly Backlog[]
  /** PENDING for a while, the oldest first. */
  readonly unbegun: readonly Unbegun[]
  /** Given up after too many recoveries. */
  readonly dead: Sample
  /** Ended workflows to which messages were sent that nobody read. */
  readonly unreadAfterEnd: Sample
  /** At most a few, the latest messages first. */
  readonly unknownTopics: readonly UnknownTopics[]
}
