import { isExactNumber } from '../words/exact-number.ts'
import type { JsonValue } from '../workflow.ts'

/** What `-o json` would print of it: times are text. */
export function toPlain(value: unknown): JsonValue {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString()
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return (value ?? null) as JsonValue
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, toPlain(one)]),
  )
}
