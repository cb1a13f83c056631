/** A version of an application, as a runtime registered it when it launched. */
export interface ApplicationVersion {
  readonly version: string
  /** Null where an SDK before 4.27 registered it. */
  readonly application: string | null
  readonly registeredAt: Date
  /** The one that executors of this application take for workflows that name no version. */
  readonly isLatest: boolean
}

/** What DBOS keeps besides workflows. */
export interface Platform {
  /** The newest first. */
  versions(): Promise<readonly ApplicationVersion[]>
}

/** The version that is the latest for this application. */
export function latestVersionOf(
  versions: readonly ApplicationVersion[],
  application: string | null,
): string | undefined {
  const own = versions.filter((one) => one.application === null || one.application === application)
  return own.reduce<ApplicationVersion | undefined>(
    (latest, one) => (latest && latest.registeredAt >= one.registeredAt ? latest : one),
    undefined,
  )?.version
}
