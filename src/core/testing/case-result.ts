import { type ErrorCode, exitCodeOf } from '../errors.ts'
import { type ExitCode, exitCodes, worstExitCode } from '../exit-codes.ts'
import type { Phrase } from '../words/command-line.ts'
import type { JsonValue } from '../workflow.ts'
import type { Failure, TestCase } from './test-case.ts'

/** `error`: it could not be judged. `skipped`: one that it needs did not pass. */
export type CaseOutcome = 'passed' | 'failed' | 'error' | 'skipped'

/** What kept a case from being judged. */
export interface CaseError {
  readonly code: ErrorCode
  readonly message: string
  readonly advice: Phrase | undefined
  /** Where in the file it had got to. */
  readonly line: number
}

export interface CaseResult {
  readonly test: TestCase
  readonly outcome: CaseOutcome
  /** Null where there was none yet. */
  readonly workflowId: string | null
  /** What the case started itself; null where it attached to it. */
  readonly startedId: string | null
  readonly startedAt: Date
  readonly durationMs: number
  /** In the order of the file; of what failed at least one. */
  readonly failures: readonly Failure[]
  /** Set where the outcome is `error`. */
  readonly error: CaseError | null
  /** The case that did not pass, where this one was skipped for it. */
  readonly skippedFor: string | null
  /** For later cases, of what passed. */
  readonly saved: Readonly<Record<string, JsonValue>>
}

/** 5 where something expected did not come, else the worst of what kept cases from being judged. */
export function exitCodeOfCases(results: readonly CaseResult[]): ExitCode {
  if (results.some(({ outcome }) => outcome === 'failed')) return exitCodes['check-failed'].code
  return worstExitCode(results.flatMap(({ error }) => (error ? [exitCodeOf(error.code)] : [])))
}

/** A line of `drover test -o jsonl`. */
export function toCaseJson({ test, failures, error, ...result }: CaseResult, hintOf: HintOf): object {
  return {
    file: test.file,
    line: test.line,
    name: test.name,
    outcome: result.outcome,
    workflowId: result.workflowId,
    startedAt: result.startedAt,
    durationMs: result.durationMs,
    failures: failures.map(({ line, what, message, expected, actual }) => ({
      line,
      what,
      message,
      expected,
      actual,
    })),
    error: error && {
      code: error.code,
      message: error.message,
      hint: error.advice === undefined ? null : hintOf(error.advice),
      exitCode: exitCodeOf(error.code),
      line: error.line,
    },
    skippedFor: result.skippedFor,
  }
}

/** Advice as it is typed. */
type HintOf = (advice: Phrase) => string
