import { DBOS } from '@dbos-inc/dbos-sdk'
import { requireDuration, requirePositiveInteger } from './check-arguments.ts'
import { fibonacciStep, type StepResult } from './fibonacci-step.ts'

export const eventsWorkflow = DBOS.registerWorkflow(publishProgress, { name: 'eventsWorkflow' })

/** Publishes how far it is before every step, and its result at the end. */
async function publishProgress(n: number, stepMs = 250): Promise<readonly StepResult[]> {
  requirePositiveInteger('n', n)
  requireDuration('stepMs', stepMs)
  await DBOS.setEvent('status', 'started')
  await DBOS.setEvent('progress', 0)
  const results: StepResult[] = []
  for (let index = 0; index < n; index++) {
    await DBOS.setEvent('progress', Math.floor((index / n) * 100))
    await DBOS.setEvent('status', `processing_step_${index + 1}`)
    results.push(await fibonacciStep(index, stepMs))
  }
  await DBOS.setEvent('progress', 100)
  await DBOS.setEvent('status', 'completed')
  await DBOS.setEvent('result', {
    total_steps: n,
    total_fibonacci: results.reduce((sum, result) => sum + result.fibonacci, 0),
  })
  return results
}
