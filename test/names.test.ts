import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import {
  isAnswerChannel,
  isOwnExecutor,
  queueOfPayload,
  startingExecutorId,
  toAnswerChannel,
  toOwnExecutorId,
  toSessionName,
} from '../src/core/dbos-names.ts'
import { applicationVersions } from '../src/db/tables/application-versions.ts'
import { notifications } from '../src/db/tables/notifications.ts'
import { operationOutputs } from '../src/db/tables/operation-outputs.ts'
import { queues } from '../src/db/tables/registered-queues.ts'
import { streams } from '../src/db/tables/streams.ts'
import { workflowEvents } from '../src/db/tables/workflow-events.ts'
import { workflowEventsHistory } from '../src/db/tables/workflow-events-history.ts'
import { workflowInput } from '../src/db/tables/workflow-input.ts'
import { workflowOutput } from '../src/db/tables/workflow-output.ts'
import { workflowSchedules } from '../src/db/tables/workflow-schedules.ts'
import { workflowStatus } from '../src/db/tables/workflow-status.ts'

const source = path.join(import.meta.dirname, '../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
)

/** What the literals of a file say: texts, templates, patterns and numbers, but no comments and no names. */
function literalsOf(file: string): string[] {
  const text = readFileSync(path.join(source, file), 'utf8')
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const literals: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return
    if (ts.isLiteralExpression(node) || ts.isTemplateLiteralToken(node)) literals.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(parsed)
  return literals
}

const literals = new Map(files.map((file) => [file, literalsOf(file)]))

const filesThatSay = (pattern: RegExp): string[] =>
  [...literals].filter(([, said]) => said.some((text) => pattern.test(text))).map(([file]) => file)

const names = 'core/dbos-names.ts'

test.each([
  ['the names of sessions', /dbos_transact/, []],
  ['what executors listen with', /LISTEN dbos_/, []],
  ['the channels of DBOS', /dbos_\w+_channel/, []],
  ['the channels of executors', /drover_(questions|answer|enqueued)/, []],
  ['the keys of locks', /hashtextextended/, []],
  [
    'steps of DBOS',
    /\bDBOS\.(sleep|recv|getEvent|getResult|getStatus|setEvent|writeStream|closeStream|now)\b/,
    [],
  ],
  // The demo is an application as its user would write it.
  ['asking events', /awaiting:/, ['demo/approval-workflow.ts']],
  ['the mark for no topic', /__null__topic__/, []],
  ['the queue of every executor', /_dbos_internal_queue/, []],
  ['ids of executors of drover', /^\^?drover-(\[|$)|'drover-/, []],
  ['the migration that is known', /^123$/, []],
] as const)('%s stand in one place', (_, pattern, others) => {
  expect(filesThatSay(pattern)).toEqual([names, ...others])
})

const tables = [
  ...[workflowStatus, workflowInput, workflowOutput, operationOutputs, notifications, workflowEvents],
  ...[workflowEventsHistory, streams, queues, workflowSchedules, applicationVersions],
]

/** Names of DBOS's that say of themselves what they are; `name` may be anything's, and sessions of Postgres have an `application_name`. */
const spelled = [
  ...new Set(tables.flatMap(({ table, columns }) => [table, ...Object.values<string>(columns)])),
].filter((name) => name.includes('_') && name !== 'application_name')

/**
 * Namesakes: the parameters of DBOS's function `enqueue_workflow`, and columns of drover's own record. The upgrade of the
 * embedded Postgres looks for schemas that have the table.
 */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'db/write/start-workflow.ts': [
    ...['workflow_name', 'class_name', 'config_name', 'queue_name'],
    ...['deduplication_id', 'queue_partition_key', 'delay_until_epoch_ms'],
  ],
  'db/decide/read-decisions.ts': ['workflow_name'],
  'db/decide/record-table.ts': ['workflow_name'],
  'db/decide/create-decide-function.ts': ['workflow_name', 'created_at'],
  'local/upgrade/copy-database.ts': ['workflow_status'],
}

test('tables and columns of DBOS have their names in db/tables alone', () => {
  const found = spelled.flatMap((name) =>
    filesThatSay(new RegExp(`\\b${name}\\b`))
      .filter((file) => !file.startsWith('db/tables/') && !elsewhere[file]?.includes(name))
      .map((file) => `${file}: ${name}`),
  )
  expect(found).toEqual([])
})

test('an executor of drover is known by its id, and by nothing like it', () => {
  const id = toOwnExecutorId('0f8fad5b-d9cb-469f-a165-70867728950e')
  expect(isOwnExecutor(id)).toBe(true)
  expect(isOwnExecutor('local')).toBe(false)
  expect(startingExecutorId(`${id}_1.2`)).toBe(id)
  expect(toSessionName(id, '1.2')).toBe(`dbos_transact_${id}_1.2`)
})

test('nothing but a channel for answers is answered', () => {
  expect(isAnswerChannel(toAnswerChannel('0123456789abcdef0123456789abcdef'))).toBe(true)
  expect(isAnswerChannel('dbos_streams_channel')).toBe(false)
  expect(isAnswerChannel(`${toAnswerChannel('0123456789abcdef0123456789abcdef')}; drop`)).toBe(false)
})

test('an announced queue is one of its own schema', () => {
  expect(queueOfPayload('dbos', 'dbos a b')).toBe('a b')
  expect(queueOfPayload('other', 'dbos mails')).toBeUndefined()
  expect(['', 'dbos', 'dbosmails', '{"queue":1}'].map((text) => queueOfPayload('dbos', text))).toEqual([
    ...[undefined, undefined, undefined, undefined],
  ])
})
