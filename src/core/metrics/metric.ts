export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What OpenMetrics calls a family. */
export interface Metric {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly samples: readonly Sample[]
}
