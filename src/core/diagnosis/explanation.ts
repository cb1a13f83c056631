import type { Diagnosis } from './diagnose.ts'
import type { Situation } from './situation.ts'

/** Why a workflow is where it is, and with what right that is said. */
export interface Explanation {
  readonly situation: Situation
  readonly diagnosis: Diagnosis
}

/** The explanation of a workflow, then of what it waits for, down to what waits for no other. */
export type Explanations = readonly [Explanation, ...Explanation[]]
