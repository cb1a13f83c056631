import * as v from 'valibot'
import { record } from '../../core/files/check-shape.ts'
import { parseStatuses, statusesByWord } from '../../core/words/status.ts'
import { workflowStatuses } from '../../core/workflow.ts'

/** What requests may hold. What validates them also describes them in `/openapi.json`. */

const text = v.string()
const texts = v.optional(v.array(v.string()))
const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description))

const duration = described(text, 'such as 500ms, 30s, 5m, 1h30m or 7d')
const time = described(text, '2026-01-31, 2026-01-31T12:00:00Z, or a duration ago such as 1h30m')
const flag = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((word) => word === 'true'),
)
const limit = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(Number),
  v.integer(),
  v.minValue(1),
  v.maxValue(1000),
)

const statusWords = [...Object.keys(statusesByWord), ...workflowStatuses].join(', ')
const statuses = v.pipe(
  v.array(described(text, `${statusWords}; commas for any of several`)),
  v.transform((words) => words.flatMap(parseStatuses)),
)

/** Of a query string; each may be repeated, for any of several. */
export const listQuery = v.strictObject({
  status: v.optional(statuses),
  name: texts,
  queue: texts,
  application: texts,
  version: texts,
  executor: texts,
  parent: texts,
  schedule: texts,
  user: texts,
  search: texts,
  attr: v.optional(v.array(described(text, 'NAME=VALUE'))),
  since: v.optional(time),
  until: v.optional(time),
  endedSince: v.optional(time),
  endedUntil: v.optional(time),
  dequeuedSince: v.optional(time),
  longerThan: v.optional(described(text, 'a duration; with since, endedSince or dequeuedSince')),
  idPrefix: texts,
  hasParent: v.optional(flag),
  roots: v.optional(flag),
  isFork: v.optional(flag),
  order: v.optional(v.picklist(['newest', 'oldest'])),
  limit: v.optional(limit),
  after: v.optional(described(text, 'of the link to the next page')),
})

export const statsQuery = v.strictObject({
  since: v.optional(time),
  until: v.optional(time),
  ...{ name: texts, queue: texts, application: texts },
})

export const inboxQuery = v.strictObject({ name: texts, topic: texts, limit: v.optional(limit) })

export const decisionsQuery = v.strictObject({
  workflow: v.optional(text),
  actor: texts,
  since: v.optional(time),
  limit: v.optional(limit),
})

export const waitQuery = v.strictObject({
  for: v.optional(v.array(described(text, 'a condition of drover wait --for; ended by default'))),
  timeout: v.optional(duration),
  failOnInput: v.optional(described(flag, '409 at once for what waits for a message itself')),
})

const { order: _, limit: __, after: ___, ...filterEntries } = listQuery.entries

/** Which workflows, as of a list, and what is waited for. */
export const matchQuery = v.strictObject({
  ...filterEntries,
  ...waitQuery.entries,
  any: v.optional(described(flag, 'the first that meets it is enough')),
})

export const followQuery = v.strictObject({ from: v.optional(text) })

export const noQuery = v.strictObject({})

/** Any JSON, of which the schema says nothing. */
const json = v.unknown()

const message = v.strictObject({ topic: v.optional(v.nullable(text)), message: json })

export const startBody = v.strictObject({
  name: described(text, 'the registered name, or Class.name'),
  args: v.optional(v.array(json)),
  id: v.optional(text),
  class: v.optional(text),
  instance: v.optional(text),
  queue: v.optional(text),
  application: v.optional(text),
  version: v.optional(text),
  priority: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1))),
  delay: v.optional(duration),
  timeout: v.optional(described(text, 'DBOS cancels it so long after it was taken')),
  deduplicationId: v.optional(text),
  ifExists: v.optional(v.picklist(['reject', 'attach'])),
  attributes: v.optional(record(json)),
  partition: v.optional(text),
  namedArgs: v.optional(record(json)),
  messages: v.optional(v.array(message)),
  portable: v.optional(v.boolean()),
})

export const messageBody = v.strictObject({
  topic: v.optional(v.nullable(text)),
  message: json,
  portable: v.optional(v.boolean()),
})

export const decisionBody = v.strictObject({
  decision: v.picklist(['approved', 'rejected']),
  comment: v.optional(described(text, 'required to reject')),
  data: v.optional(described(json, 'sent instead of the standard answer')),
  topic: v.optional(v.nullable(described(text, 'of a wait of which it is not known; null for none'))),
  by: v.optional(described(text, 'who decides, where no token says it')),
})
