import type { DatabaseTarget } from '../database.ts'
import type { Phrase } from '../words/command-line.ts'
import type { JsonValue } from '../workflow.ts'
import type { RegisteredWorkflow } from './registration.ts'

/** An application module that was imported: it has registered its workflows and is not launched yet. */
export interface App {
  /** What the user called it: a path, or `drover:demo`. */
  readonly specifier: string
  /** The name that the module passes to `DBOS.setConfig`; null when it passes none. */
  readonly configuredName: string | null
  /** The `applicationVersion` that the module passes to `DBOS.setConfig`; null when it passes none. */
  readonly configuredVersion: string | null
  /** The name in the package.json nearest to the module; null without one. */
  readonly packageName: string | null
  readonly sdkVersion: string
  readonly workflows: readonly RegisteredWorkflow[]
  launch(options: LaunchOptions): Promise<Runtime>
}

/** A workflow by the names that somebody typed. */
export interface WantedWorkflow {
  readonly name: string
  readonly className?: string
  readonly instance?: string
}

export interface LoadOptions {
  /** What shall run here; without it all that the module registers. */
  readonly wanted?: WantedWorkflow
  /** How long a module may take until it calls `DBOS.launch`, as long as something of it goes on. */
  readonly launchTimeoutMs: number
  /** Stops waiting for that. */
  readonly signal?: AbortSignal
  /** What is waited for, in a line. */
  readonly onNotice: (line: string) => void
}

export interface NewQueue {
  readonly name: string
  /** How many workflows of it each worker runs at once. */
  readonly concurrency?: number
}

export interface LaunchOptions {
  readonly database: DatabaseTarget
  /** True where drover created the database: migrate, register the queue `drover`, poll the application's queues. */
  readonly own: boolean
  readonly application: string
  /** `undefined`: what DBOS computes from the source. */
  readonly version: string | undefined
  /** One of drover's own; a new one where none is given. What an earlier process of this id left unfinished goes on. */
  readonly executorId?: string
  /** Queues to poll: all of the application's, or just these (`[]`: only what this process starts or hands over). */
  readonly queues: 'all' | readonly string[]
  /** Registered before anything is polled. */
  readonly createQueue?: NewQueue
  /** Look again for workflows that dead executors left, for as long as this runs; otherwise at launch only. */
  readonly keepHandingOver: boolean
  /** DBOS's own log lines and drover's notices, one line each, never on stdout. */
  readonly onLog: (level: 'debug' | 'info' | 'warn' | 'error', line: Phrase) => void
  /** One sentence about what takes long. */
  readonly onNotice: (notice: string) => void
  /** Workflows of dead executors were put back for whoever lives to take. */
  readonly onHandOver: (workflows: readonly HandedOver[]) => void
  /** Workflows of this application whose name neither this process nor another living one of drover's registers. */
  readonly onUnknown: (workflows: readonly UnknownWorkflow[]) => void
}

export interface UnknownWorkflow {
  readonly workflowId: string
  readonly name: string
}

/** A workflow that was put back, and where: only an executor that polls that queue takes it. */
export interface HandedOver {
  readonly workflowId: string
  /** Who left it. */
  readonly executorId: string
  readonly queue: string
}

export interface StartInProcess {
  readonly workflow: RegisteredWorkflow
  readonly instance: string | null
  readonly workflowId: string
  readonly args: readonly JsonValue[]
}

/** A launched DBOS runtime in this process. */
export interface Runtime {
  readonly executorId: string
  readonly application: string
  readonly version: string
  /** Returns once the workflow's row exists; the workflow then runs in this process. */
  start(request: StartInProcess): Promise<void>
  /**
   * Stops polling, waits up to `drainMs` for running workflows (0: not at all), puts back what is unfinished for whoever
   * lives to take, and closes every connection.
   */
  shutdown(options?: { readonly drainMs?: number }): Promise<void>
}
