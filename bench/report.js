export function say(line) {
  process.stdout.write(`${line}\n`)
}

/** The third word of a goal that no other load on the machine can make miss: its miss is the exit code 1. */
export const exact = 'exact'

/**
 * Prints what a section found: `title`, `rows` of samples by name (the first is what the others are compared with, or
 * `comparedWith` names it), `notes`, and `goals` with whether each was met. False where an exact one was missed.
 */
export function report(name, { title, unit = 'ms', rows = {}, comparedWith, notes = [], goals = [] }) {
  say(`\n${name}: ${title}`)
  const entries = Object.entries(rows).filter(([, samples]) => samples.length > 0)
  const base = rows[comparedWith ?? entries[0]?.[0]]
  const width = Math.max(...entries.map(([label]) => label.length), 10)
  if (entries.length > 0) say(`  ${''.padEnd(width)}     n     median        p95   ratio`)
  for (const [label, samples] of entries) {
    const figures = [median(samples), percentile(samples, 0.95)].map((value) =>
      `${round(value)} ${unit}`.padStart(11),
    )
    const ratio = `${round(median(samples) / median(base))} ×`.padStart(8)
    say(`  ${label.padEnd(width)} ${String(samples.length).padStart(5)}${figures.join('')}${ratio}`)
  }
  for (const note of notes) say(`  ${note}`)
  for (const [goal, isMet] of goals) say(`  ${isMet ? 'met' : 'MISSED'}: ${goal}`)
  return goals.every(([, isMet, kind]) => isMet || kind !== exact)
}

export function median(samples) {
  return percentile(samples, 0.5)
}

export function percentile(samples, share) {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Three digits that mean something. */
export function round(value) {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
