/** What made a process start again. */
export interface FileChange {
  /** Absolute paths, in the order in which they changed; never empty. */
  readonly files: readonly string[]
  /** When the first was seen, in milliseconds since 1970. */
  readonly at: number
}

/** What a process that is started again for every change is told by the one that starts it. */
export interface ReloadOrder {
  /** The same for all of them: each goes on with what the one before had begun. */
  readonly executorId: string
  /** Null at the first start. */
  readonly change: FileChange | null
  /** Of `run`: the workflow that all of them run; null of `worker`. */
  readonly run: RunOrder | null
}

export interface RunOrder {
  readonly workflowId: string
  /** One of them began with it, or was attached to it. */
  readonly isBegun: boolean
  /** In milliseconds since 1970. */
  readonly deadline: number | null
}

/** How far such a process has come; `settled`: what it was started for has ended, and all else ends with it. */
export const reloadStages = ['loaded', 'launching', 'ready', 'begun', 'settled'] as const
export type ReloadStage = (typeof reloadStages)[number]

/** The reason with which its `interrupts` abort when the next process is about to take over. */
export const reloadReason = 'RELOAD'

/** In the process that is started for every change. */
export interface ReloadedProcess {
  readonly order: ReloadOrder
  /** Resolves once it is on its way. */
  report(stage: ReloadStage): Promise<void>
}

/** One of the processes, as the one that starts them sees it. */
export interface ReloadChild {
  /** Resolves to how it ended. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** Of the application it has at least begun to load a file. */
  hasLoadedAny(): boolean
  hasReached(stage: ReloadStage): boolean
  /** Asks it to make room for the next one, and ends it by force if it takes too long. */
  makeRoom(): void
  kill(signal: NodeJS.Signals): void
}

/** The files of an application. */
export interface FileWatch {
  /** Resolves to the next change once nothing more changes for a moment; undefined when `signal` aborts before. */
  next(signal: AbortSignal): Promise<FileChange | undefined>
  /** A process that loads them anew was started: what it does not load no longer counts. */
  begin(): void
  /** It was loaded. */
  add(file: string): void
  /** The process ended by itself, and might go on with a file that it did not load: each of the package counts. */
  widen(): void
  close(): void
}

/** What `--reload` needs of the real process. */
export interface Reloading {
  /** Starts this command line again, with this on its stdin; `onFile` hears of each file that the application loads. */
  start(order: ReloadOrder, stdin: string | undefined, onFile: (file: string) => void): ReloadChild
  /** Watches the package of a module; `onTrouble` hears what cannot be watched, in a sentence. */
  watch(file: string, onTrouble: (sentence: string) => void): FileWatch
}
