import { CliError } from '../errors.ts'
import type { JsonValue } from '../workflow.ts'

/** Counts, limits, offsets and steps are integers of the database. */
export const largestInteger = 2 ** 31 - 1

/** `ID#STEP` with a step that no workflow can have means none. Throws `invalid-argument`. */
export function refuseImpossibleStep(typed: string): void {
  const step = /#(\d+)$/.exec(typed)?.[1]
  if (step !== undefined && Number(step) > largestInteger) throw tooLarge(step)
}

/** A whole number that the database cannot hold. */
export function tooLarge(number: string): CliError {
  return new CliError('invalid-argument', `${number} is more than the database can hold.`, {
    hint: `the largest is ${largestInteger}`,
  })
}

/** Postgres has no text with the character U+0000 in it. Throws `invalid-argument`. */
export function refuseNul(value: JsonValue, what: string): void {
  if (!holdsNul(value)) return
  throw new CliError('invalid-argument', `${what} holds the character U+0000, which Postgres cannot.`, {
    hint: 'leave it out',
  })
}

function holdsNul(value: JsonValue | undefined): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, one]) => key.includes('\0') || holdsNul(one))
}
