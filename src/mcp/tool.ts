import type * as v from 'valibot'
import type { Drover } from '../library/drover.ts'

/** What a client may do beside reading. */
export const allowances = ['answer', 'start', 'manage'] as const
export type Allowance = (typeof allowances)[number]

/** Of one call. */
export interface CallOptions {
  readonly now: Date
  /** What names the database in a command. */
  readonly databaseFlags: readonly string[]
  /** Aborts when whoever called no longer waits, and when the time of the call is over. */
  readonly signal: AbortSignal
}

/** A function of the library, for a client of the Model Context Protocol. */
export interface Tool {
  readonly name: string
  readonly description: string
  /** Undefined for one that only reads. */
  readonly allowance?: Allowance
  /** It throws away what nothing brings back. */
  readonly isDestructive?: boolean
  readonly input: v.GenericSchema
  /** How long a call of this input may take; undefined for as long as any. */
  readonly limitMs?: (input: unknown) => number
  call(drover: Drover, input: unknown, options: CallOptions): Promise<unknown>
}

interface TypedTool<Schema extends v.GenericSchema> extends Omit<Tool, 'input' | 'call' | 'limitMs'> {
  readonly input: Schema
  readonly limitMs?: (input: v.InferOutput<Schema>) => number
  call(drover: Drover, input: v.InferOutput<Schema>, options: CallOptions): Promise<unknown>
}

/** `call` is given what its schema let through. */
export function tool<Schema extends v.GenericSchema>(typed: TypedTool<Schema>): Tool {
  return typed as Tool
}
