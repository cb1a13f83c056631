import { DBOS } from '@dbos-inc/dbos-sdk'
import { sleep } from '../core/words/long-timer.ts'

export interface StepResult {
  readonly n: number
  readonly fibonacci: number
}

/** The pause is inside the step, so that a process can die in the middle of one. */
export function fibonacciStep(index: number, stepMs: number): Promise<StepResult> {
  // Wraps round, so that any number of steps stays within exact integers.
  const n = 10 + (index % 60)
  return DBOS.runStep(
    async () => {
      await sleep(stepMs)
      return { n, fibonacci: fibonacci(n) }
    },
    { name: 'fibonacci' },
  )
}

function fibonacci(n: number): number {
  let [current, next] = [0, 1]
  for (let index = 0; index < n; index++) [current, next] = [next, current + next]
  return current
}
