export interface RegisteredWorkflow {
  readonly name: string
  /** Null for a plain function. */
  readonly className: string | null
  /** Names of the configured instances of its class; empty for functions and static methods. */
  readonly instances: readonly string[]
}

/** What an executor can run, as it tells itself. */
export interface Registration {
  /** The queues that it polls, besides DBOS's internal one; `all`: those of its application. */
  readonly queues: 'all' | readonly string[]
  readonly workflows: readonly RegisteredWorkflow[]
}

/** Whether it registers this workflow: a class makes another one of the same name. */
export function registers({ workflows }: Registration, name: string, className: string | null): boolean {
  return workflows.some((workflow) => workflow.name === name && workflow.className === className)
}
