import type { ExecutorAnswer } from '../../core/run/executor-protocol.ts'
import type { Store } from '../../core/store.ts'
import { monotonicMs } from '../../core/words/long-timer.ts'
import type { FollowTiming } from '../connection/retry-while-disconnected.ts'
import type { Database } from '../tables/system-database.ts'
import { askExecutors } from './ask-executors.ts'
import { readExecutors } from './read-executors.ts'
import type { Slot } from './read-slots.ts'

export type ReadExecutors = Store['executors']

/** Who did not answer is not waited for again before this has passed. */
const askAgainAfterMs = 10_000

/** What an executor registers is registered before it launches: who has answered is not asked again. */
export function createExecutorReader(
  database: Database,
  { answerPatienceMs }: Pick<FollowTiming, 'answerPatienceMs'>,
): ReadExecutors {
  const { session } = database
  const answers = new Map<string, ExecutorAnswer>()
  const askedAt = new Map<string, number>()
  return async ({ ask = false } = {}) => {
    const seen = await readExecutors(database)
    if (!seen) return undefined
    if (ask) {
      const now = monotonicMs()
      const isDue = ({ executorId, version }: Slot) =>
        // Before it has a version it has not launched, and answers nobody.
        version !== '' &&
        !answers.has(executorId) &&
        now - (askedAt.get(executorId) ?? -askAgainAfterMs) >= askAgainAfterMs
      const due = seen.slots.filter(isDue)
      for (const [executorId, answer] of await askExecutors(session, due, answerPatienceMs)) {
        answers.set(executorId, answer)
      }
      for (const { executorId } of due) askedAt.set(executorId, now)
    }
    return seen.executors.map((executor) => {
      const answer = answers.get(executor.executorId)
      if (!answer) return executor
      const { application, version, registration } = answer
      return { ...executor, application, version, candidateVersions: null, registration }
    })
  }
}
