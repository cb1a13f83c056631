import type { JsonValue } from '../workflow.ts'
import type { CaseSpec } from './schema/test-schema.ts'
import type { Path } from './yaml-text.ts'

type Values = Readonly<Record<string, JsonValue>>

/** One case to run: of a case with a matrix one for each combination. */
export interface TestCase {
  /** As it was named on the command line. */
  readonly file: string
  /** Where it begins, from 1 on. */
  readonly line: number
  /** Its own in the file. */
  readonly name: string
  readonly spec: CaseSpec
  /** Of its matrix. */
  readonly matrix: Values
  /** Of its file. */
  readonly vars: Values
  /** Names of what its file takes from the environment. */
  readonly environment: readonly string[]
  /** Cases of its file that must have passed, each before it. */
  readonly needs: readonly TestCase[]
  /** How long it may take, as it is written. */
  readonly timeout: string
  /** Of what stands below the case, at this path. */
  lineOf(path: Path): number
}

/** What something expects and did not come, and where that stands. */
export interface Failure {
  readonly line: number
  /** What was looked at, such as `result.status`, `wait message` or `within`. */
  readonly what: string
  readonly message: string
  /** Both undefined where it is not about one value; else undefined on the side where there is none. */
  readonly expected?: JsonValue
  readonly actual?: JsonValue
}

/** It starts, sends, decides or cancels; else it only looks at what is there. */
export function changesSomething({ spec }: Pick<TestCase, 'spec'>): boolean {
  const isLooking = (step: NonNullable<CaseSpec['do']>[number]) =>
    typeof step !== 'string' && step.wait !== undefined
  return spec.start !== undefined || spec.do?.every(isLooking) === false
}
