import * as v from 'valibot'
import { record } from './check-shape.ts'

const count = v.pipe(v.number(), v.safeInteger())
const texts = v.array(v.string())

/** Where a feed of changes stood, by workflow. What is left out stands where it began. */
export const cursorSchema = v.tuple([
  v.literal(1),
  record(
    v.looseObject({
      status: v.optional(v.string()),
      high: v.optional(count),
      gaps: v.optional(v.array(count)),
      skipsNext: v.optional(v.boolean()),
      childOf: v.optional(v.nullable(count)),
      events: v.optional(record(v.string())),
      streams: v.optional(record(count)),
      closedStreams: v.optional(texts),
      settledMs: v.optional(v.number()),
      seen: v.optional(record(v.number())),
      unread: v.optional(texts),
      waits: v.optional(v.string()),
    }),
  ),
])
