/** An executor that has PENDING workflows of one version of one application, and no sign of life. */
export interface DeadExecutor {
  readonly executorId: string
  readonly application: string | null
  readonly version: string | null
  readonly workflowCount: number
  /** When the first of its workflows began, and which it is. */
  readonly since: Date | null
  readonly oldestId: string
  /** What was looked for and not found, one sentence each. */
  readonly evidence: readonly string[]
  /**
   * Sessions that nobody can be told to own: an executor of another language, or with a pool of its own, looks like that.
   * Where there are any, only somebody who knows can say that this executor is gone.
   */
  readonly doubts: readonly string[]
}

/** What is ENQUEUED or DELAYED for a version of an application, of which there is no sign of life. */
export interface UnclaimedVersion {
  readonly application: string | null
  readonly version: string
  readonly workflowCount: number
  /** When the first of its workflows was created. */
  readonly since: Date | null
  /** Sessions that listen as executors do, and of which nobody can tell the version. */
  readonly doubts: readonly string[]
}

export interface RecoveryScan {
  /** The database's clock. */
  readonly at: Date
  /** Why a living executor could look dead from here; null when it could not. */
  readonly obstacle: string | null
  /** How long until living executors have had time to connect again after a restart of the server. */
  readonly unsettledMs: number
  readonly deadExecutors: readonly DeadExecutor[]
  readonly unclaimed: readonly UnclaimedVersion[]
}

export interface HandOverRequest extends Pick<DeadExecutor, 'executorId' | 'application' | 'version'> {
  /** Only what did not change since. */
  readonly seenAt: Date
  /** The version that shall take them; the same by default. */
  readonly toVersion?: string
  /** Only these; all by default. */
  readonly workflowIds?: readonly string[]
}

export interface MoveRequest extends Pick<UnclaimedVersion, 'application' | 'version'> {
  /** Only what did not change since. */
  readonly seenAt: Date
  readonly toVersion: string
  readonly workflowIds: readonly string[]
}

/** How a store finds what executors left, and hands it to others. */
export interface Recovery {
  scanExecutors(): Promise<RecoveryScan>
  /** Puts PENDING workflows back on a queue, if there is still no sign of their executor. Their ids. */
  handOver(request: HandOverRequest): Promise<readonly string[]>
  /** Gives ENQUEUED and DELAYED workflows to another version, where they are, if there is still no sign of theirs. Their ids. */
  moveToVersion(request: MoveRequest): Promise<readonly string[]>
}

/** Those that are gone in both sights: one look alone could fall into a moment of reconnecting. */
export function deadInBoth(first: RecoveryScan, second: RecoveryScan): readonly DeadExecutor[] {
  return second.deadExecutors.filter((executor) =>
    first.deadExecutors.some((other) => keyOf(other) === keyOf(executor)),
  )
}

function keyOf({ executorId, application, version }: DeadExecutor): string {
  return JSON.stringify([executorId, application, version])
}

/** Those that nobody runs in both sights. */
export function unclaimedInBoth(first: RecoveryScan, second: RecoveryScan): readonly UnclaimedVersion[] {
  return second.unclaimed.filter((one) =>
    first.unclaimed.some(
      ({ application, version }) => application === one.application && version === one.version,
    ),
  )
}

/** What became of one workflow that an executor left. */
export interface RecoveredRow {
  readonly workflowId: string
  readonly outcome: 'handed-over' | 'would-hand-over' | 'stranded' | 'left-alone' | 'not-found'
  readonly executorId: string | null
  readonly version: string | null
  readonly reason: string | null
}
