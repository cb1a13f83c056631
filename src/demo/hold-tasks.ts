import { holdAfterTaskVariable } from '../core/run/demo-variables.ts'

/** True in the worker that the tour kills, for the tasks that it must not get to, however slow or fast the machine is. */
export function isHeld(task: number): boolean {
  const lastTask = process.env[holdAfterTaskVariable]
  return lastTask !== undefined && task > Number(lastTask)
}

/** Only the end of the process ends a wait for it. */
export const never: Promise<never> = new Promise(() => {})
