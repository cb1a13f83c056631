const floorMs = 60_000

/**
 * How long anything in a test may take before it counts as stuck: at least a minute, whatever is asked for, and
 * `TEST_PATIENCE` times as long on a machine that is slower than that. What passes never waits for it.
 */
export function patience(ms = floorMs): number {
  return Math.max(ms, floorMs) * factor()
}

function factor(): number {
  const text = process.env.TEST_PATIENCE || '1'
  const value = Number(text)
  if (value > 0 && value < Number.POSITIVE_INFINITY) return value
  throw new Error(`TEST_PATIENCE is a factor such as 3, not ${JSON.stringify(text)}`)
}

/**
 * For a `--timeout` that ends the run and must leave time for one look before it: long enough for a busy machine, and the
 * one wait that a passing test pays for.
 */
export function oneLook(): string {
  return `${Math.round(patience() / 60)}ms`
}
