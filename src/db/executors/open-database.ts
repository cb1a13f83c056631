import type { Listener } from '../connection/listen.ts'
import type { FollowTiming } from '../connection/retry-while-disconnected.ts'
import type { Database } from '../tables/system-database.ts'
import type { ReadExecutors } from './known-executors.ts'

/** A database as an open store has it: what is announced there, how patiently it is asked, and who runs its workflows. */
export interface OpenDatabase extends Database {
  readonly listener: Listener
  readonly timing: FollowTiming
  readonly executors: ReadExecutors
}
