import { DBOS } from '@dbos-inc/dbos-sdk'
import { requireDuration, requirePositiveInteger } from './check-arguments.ts'
import { fibonacciStep, type StepResult } from './fibonacci-step.ts'

const stream = 'progress_stream'

export const streamingWorkflow = DBOS.registerWorkflow(streamProgress, { name: 'streamingWorkflow' })

/** Writes 2n + 2 values to a stream and closes it. */
async function streamProgress(n: number, stepMs = 250): Promise<readonly StepResult[]> {
  requirePositiveInteger('n', n)
  requireDuration('stepMs', stepMs)
  const write = (value: object) => DBOS.writeStream(stream, { timestamp: Date.now() / 1000, ...value })

  await write({ type: 'start', message: `Workflow started with ${n} steps` })
  const results: StepResult[] = []
  for (let index = 0; index < n; index++) {
    const step = index + 1
    await write({ type: 'progress', step, total_steps: n, message: `Starting step ${step}/${n}` })
    const result = await fibonacciStep(index, stepMs)
    results.push(result)
    await write({ type: 'result', step, result })
  }
  await write({ type: 'complete', message: 'Workflow completed successfully', total_results: n })
  await DBOS.closeStream(stream)
  return results
}
