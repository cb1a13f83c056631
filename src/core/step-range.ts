/** Some of the steps of a workflow: from one on and at most so many, or the last ones. */
export interface StepRange {
  readonly from?: number
  /** Fewer where they are large; none only where there are no more. */
  readonly limit?: number
  readonly last?: number
}
