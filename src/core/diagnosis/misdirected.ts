import type { Cause } from './cause.ts'
import type { Diagnosis } from './diagnose.ts'

/** A running workflow and the topics of its unread messages that no run of its name is known to have asked for or read. */
export interface UnknownTopics {
  readonly workflowId: string
  readonly topics: readonly (string | null)[]
}

/** A wait on a known topic, and the messages on others that nobody is known to read. */
export type Misdirected = Extract<Cause, { kind: 'waits-for-message' }>

/** Undefined where it does not wait for a message, or on which topic is not known. */
export function findMisdirected(
  { causes }: Diagnosis,
  { topics }: Pick<UnknownTopics, 'topics'>,
): Misdirected | undefined {
  const cause = causes.find((one) => one.kind === 'waits-for-message')
  if (!cause || cause.wait.topic === undefined) return undefined
  const strays = cause.strays.filter(({ topic }) => topics.includes(topic))
  return strays.length > 0 ? { ...cause, strays } : undefined
}
