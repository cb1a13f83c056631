import * as v from 'valibot'
import { bulkVerbs } from '../manage/manage.ts'

const id = v.string('must be a string')
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const status = v.nullable(v.string())

const row = v.looseObject({
  workflowId: id,
  outcome: v.picklist(['changed', 'no-op', 'not-found', 'failed', 'would-change']),
  before: status,
  after: status,
  reason: v.nullable(v.string()),
  newWorkflowId: v.nullable(v.string()),
})

const target = v.looseObject({
  workflowId: id,
  status: v.string(),
  updatedAt: v.string(),
  fromStep: v.optional(count),
  newWorkflowId: v.optional(v.string()),
  queue: v.optional(v.string()),
  version: v.optional(v.string()),
  priority: v.optional(count),
  delayUntilMs: v.optional(count),
  idempotencyKey: v.optional(v.string()),
})

/** A line of a ledger; of a kind that a newer drover writes as well. */
export const ledgerLineSchema = v.variant('type', [
  v.looseObject({
    type: v.literal('begin'),
    head: v.looseObject({ verb: v.picklist(bulkVerbs), database: v.string(), request: v.string() }),
  }),
  v.looseObject({ type: v.literal('plan'), targets: v.array(target), settled: v.array(row) }),
  v.looseObject({ type: v.literal('intent'), from: count, count }),
  v.looseObject({ type: v.literal('done'), rows: v.array(row) }),
])
