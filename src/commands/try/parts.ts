import { approvalPart } from './approval-part.ts'
import { eventsPart } from './events-part.ts'
import { resumePart } from './resume-part.ts'
import { streamPart } from './stream-part.ts'

/** The parts of the tour, in its order. */
export const parts = {
  events: eventsPart,
  approval: approvalPart,
  stream: streamPart,
  resume: resumePart,
} as const

export type PartName = keyof typeof parts
