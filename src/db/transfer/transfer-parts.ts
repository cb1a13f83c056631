import type { Table } from '../tables/define-table.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import { workflowEvents } from '../tables/workflow-events.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** A table with rows of a workflow, beside the one of the workflows themselves. */
export interface TransferPart {
  /** Of its lines in an export. */
  readonly type: string
  readonly table: Table<string>
  readonly order: readonly string[]
  /** Columns that hold what the application said. */
  readonly payloads: readonly string[]
  /** Columns that name a workflow: they follow one that comes in under another id. */
  readonly references: readonly string[]
}

function part<Column extends string>(
  type: string,
  table: Table<Column>,
  columns: Readonly<Record<'order' | 'payloads' | 'references', readonly NoInfer<Column>[]>>,
): TransferPart {
  return { type, table: table as unknown as Table<string>, ...columns }
}

export const transferParts: readonly TransferPart[] = [
  part('step', operationOutputs, {
    order: ['workflowId', 'step'],
    payloads: ['output', 'error'],
    references: ['childId'],
  }),
  part('event', workflowEvents, { order: ['workflowId', 'key'], payloads: ['value'], references: [] }),
  part('event-history', workflowEventsHistory, {
    order: ['workflowId', 'step', 'key'],
    payloads: ['value'],
    references: [],
  }),
  part('stream', streams, { order: ['workflowId', 'key', 'offset'], payloads: ['value'], references: [] }),
  part('message', notifications, {
    order: ['workflowId', 'sentAt', 'id'],
    payloads: ['message'],
    references: [],
  }),
]

/** They mean something only where they were given: numbers of transactions, that it counts against a limit or is delayed there, since when it is kept. */
const bound: readonly string[] = ['ownerXid', 'creatorXid', 'rateLimited', 'isDebounced', 'retention']
export const workflowPayloads = ['inputs', 'output', 'error'] as const
export const workflowReferences: readonly string[] = ['parentId', 'forkedFrom']

/** What a line of a workflow holds, whichever SDK made the tables. */
export const workflowWords: readonly string[] = wordsOf(workflowStatus as unknown as Table<string>)

/** What a line of a row of this table may hold. */
export function wordsOf(table: Table<string>): string[] {
  return Object.keys(table.columns).filter((word) => !bound.includes(word))
}

/** The columns of a table that are there. */
export function presentWords(schema: SystemSchema, table: Table<string>): string[] {
  return wordsOf(table).filter((word) => table.isIn(schema, word))
}
