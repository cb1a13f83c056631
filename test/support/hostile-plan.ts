/** How much `npm run test:hostile` tries: all of it, or with `HOSTILE=short` the round of CI. Another `HOSTILE_SEED` is another try. */
const isShort = process.env.HOSTILE === 'short'

export const hostilePlan = {
  isShort,
  seed: Number(process.env.HOSTILE_SEED ?? 14),
  /** Of the property test, in all tables. */
  rows: isShort ? 100 : 2000,
  /** Of those who sit at `top`, one after another. */
  sittings: isShort ? 3 : 40,
  /** Cuts, stalls and half-closed connections. */
  cuts: isShort ? 60 : Number.POSITIVE_INFINITY,
} as const

/** Counts and seed, on the terminal of whoever runs it. */
export function sayCounts(line: string): void {
  process.stderr.write(`${line}\n`)
}
