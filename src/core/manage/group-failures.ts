import { reasonOf } from '../diagnosis/failure-reason.ts'
import type { WorkflowError } from '../workflow.ts'

/** So many of the newest failures are looked at. */
export const groupedFailures = 10_000

export interface Failure {
  readonly workflowId: string
  readonly name: string
  readonly error: WorkflowError | null
}

export interface Failures {
  /** The newest first. */
  readonly failures: readonly Failure[]
  /** When the last one that was looked at was created; null where all were. */
  readonly stoppedAt: Date | null
}

export const failedStatuses = ['ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'] as const

/** Failures with the same error but for numbers and ids in it. */
export interface FailureGroup {
  /** The first line, with `N` for each number and `ID` for each id. */
  readonly value: string
  readonly name: string
  readonly count: number
  /** The newest of them. */
  readonly example: string
}

/** The most frequent first. */
export function groupFailures(failures: readonly Failure[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>()
  for (const { workflowId, name, error } of failures) {
    const value = error ? maskNumbers(reasonOf(error).text) : '(no error)'
    const key = JSON.stringify([value, name])
    const { count, example } = groups.get(key) ?? { count: 0, example: workflowId }
    groups.set(key, { value, name, count: count + 1, example })
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}

const longestMasked = 2000

/** What differs between two of a kind: `image 40 of order-7` and `image 41 of order-9` are `image N of order-N`. */
export function maskNumbers(text: string): string {
  return text
    .slice(0, longestMasked)
    .replaceAll(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi, 'ID')
    .replaceAll(/\b[\da-f]{24,}\b/gi, 'ID')
    .replaceAll(/(?<![\p{L}\d])\d+(?:[.,:]\d+)*(?![\p{L}\d])/gu, 'N')
}
