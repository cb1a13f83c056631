import type { Context } from '../../../context.ts'
import type { DatabaseTarget } from '../../../core/database.ts'
import type { DecisionRules } from '../../../core/decide/submit-decision.ts'
import type { App, Runtime } from '../../../core/run/runtime.ts'
import type { Store } from '../../../core/store.ts'
import type { TestCase } from '../../../core/testing/test-case.ts'
import type { Lookup } from '../../../core/testing/variables.ts'
import type { Path } from '../../../core/testing/yaml-text.ts'
import type { Settings } from '../../../settings/settings.ts'

/** What all cases of one run share. */
export interface World {
  readonly context: Context
  readonly store: Store
  readonly settings: Settings
  readonly target: DatabaseTarget
  readonly rules: DecisionRules
  /** Aborted by ctrl-c, and when the time of all of them is over. */
  readonly signal: AbortSignal
  /** Set where the workflows run in this process. */
  readonly local: { readonly app: App; readonly runtime: Runtime } | undefined
  /** The application that the command line names. */
  readonly application: string | undefined
  readonly appVersion: string | undefined
  /** What a case that did not pass started goes on. */
  readonly keep: boolean
  /** Workflows that were cancelled by a case, or because of one: what DBOS says of it is no news. */
  readonly cancelled: Set<string>
}

/** One case on its way. */
export interface Running {
  readonly world: World
  readonly test: TestCase
  readonly lookup: Lookup
  /** Aborted when its time is over, and with all the others. */
  readonly deadline: AbortSignal
  /** What it does now, in a few words. */
  tell(activity: string): void
}

/** A workflow that a case is about. */
export interface Subject {
  readonly workflowId: string
  /** The case started it: it is the case's to cancel. */
  readonly isOwn: boolean
}

/** A step of a case, and the workflow that it is about. */
export interface Within {
  readonly running: Running
  readonly subject: Subject
  /** Aborted when the time of the step is over. */
  readonly signal: AbortSignal
  /** Of what stands below the step. */
  lineOf(path: Path): number
}

/** Another connection, for one question: of one that is lost it waits for nothing, and ctrl-c does not end it. */
export async function withAnotherStore<Result>(
  { context, target }: World,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await context.openStore({ ...target, isFollowed: false })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
