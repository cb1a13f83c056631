/** A value, and where it came from, as `drover config` shows it. */
export interface Setting<Value> {
  readonly value: Value
  readonly source: string
}

/** The source of what nobody set. */
export const byDefault = 'default'
