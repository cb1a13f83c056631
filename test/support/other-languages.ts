import type { TestDatabase } from './database.ts'

/** Of a workflow as the SDK of another language writes it: the texts of each table. */
export interface ForeignWorkflow {
  readonly workflowId: string
  readonly serialization: string | null
  readonly inputs: string
  readonly output: string
  readonly error: string
  readonly value: string
  readonly streamEnd: string
  /** What a reader sees of `value`; undefined where it cannot be decoded. */
  readonly decoded: unknown
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
const order = '{"order":"A-1","cents":9007199254740993}'
const plainOrder = { order: 'A-1', cents: Number('9007199254740993') }
/** `pickle.dumps({"order": "A-1"})` */
const pickle = 'gASVEgAAAAAAAAB9lIwFb3JkZXKUjANBLTGUcy4='
const gob = 'Dv+BBAEC/4IAAQwBDAAADv+CAAEFb3JkZXIDQS0x'
const portableError = '{"name":"ValueError","message":"no such order","code":"E7","data":{"order":"A-1"}}'
const markOfPython = 'gASVGgAAAAAAAACMFl9fREJPU19TVFJFQU1fQ0xPU0VEX1+ULg=='

export const foreignWorkflows: readonly ForeignWorkflow[] = [
  ...['py_pickle', null].map((serialization) => ({
    workflowId: `python-${serialization}`,
    serialization,
    inputs: pickle,
    output: pickle,
    error: pickle,
    value: pickle,
    streamEnd: markOfPython,
    decoded: undefined,
  })),
  {
    workflowId: 'python-portable',
    serialization: 'portable_json',
    inputs: `{"positionalArgs":[${order}],"namedArgs":{"retries":2}}`,
    output: order,
    error: portableError,
    value: order,
    streamEnd: '"__DBOS_STREAM_CLOSED__"',
    decoded: plainOrder,
  },
  {
    workflowId: 'go-json',
    serialization: 'DBOS_JSON',
    inputs: base64(order),
    output: base64(order),
    error: 'no such order',
    value: base64(order),
    streamEnd: '__DBOS_STREAM_CLOSED__',
    decoded: plainOrder,
  },
  {
    workflowId: 'go-nil',
    serialization: 'DBOS_JSON',
    inputs: '__DBOS_NIL',
    output: '__DBOS_NIL',
    error: 'no such order',
    value: '__DBOS_NIL',
    streamEnd: '__DBOS_STREAM_CLOSED__',
    decoded: null,
  },
  {
    workflowId: 'go-gob',
    serialization: 'DBOS_GOB',
    inputs: gob,
    output: gob,
    error: 'no such order',
    value: gob,
    streamEnd: '__DBOS_STREAM_CLOSED__',
    decoded: undefined,
  },
  {
    workflowId: 'java-jackson',
    serialization: 'java_jackson',
    inputs: `[{"@class":"shop.Order",${order.slice(1)}]`,
    output: order,
    error: '{"@class":"java.lang.IllegalStateException","message":"no such order","stackTrace":[]}',
    value: order,
    streamEnd: '"__DBOS_STREAM_CLOSED__"',
    decoded: plainOrder,
  },
]

/** A row in each table: it ended SUCCESS, and `<id>-failed` ended ERROR. */
export async function writeForeignWorkflow(database: TestDatabase, foreign: ForeignWorkflow): Promise<void> {
  const { workflowId: id, serialization, inputs, output, error, value, streamEnd } = foreign
  for (const [name, status, result] of [
    [id, 'SUCCESS', [output, null]],
    [`${id}-failed`, 'ERROR', [null, error]],
  ] as const) {
    await database.query(
      `insert into dbos.workflow_status (workflow_uuid, name, status, serialization, created_at, updated_at, completed_at)
       values ($1, 'charge', $2, $3, 1764216000000, 1764216000000, 1764216001000)`,
      [name, status, serialization],
    )
    await database.query('insert into dbos.workflow_input (workflow_uuid, inputs) values ($1, $2)', [
      name,
      inputs,
    ])
    await database.query(
      'insert into dbos.workflow_output (workflow_uuid, output, error) values ($1, $2, $3)',
      [name, ...result],
    )
  }
  await database.query(
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, error, serialization,
       started_at_epoch_ms, completed_at_epoch_ms)
     values ($1, 0, 'charge_card', $2, null, $4, 1, 2), ($1, 1, 'ship', null, $3, $4, 3, 4)`,
    [id, value, error, serialization],
  )
  for (const table of ['workflow_events', 'workflow_events_history']) {
    const step = table === 'workflow_events' ? '' : ', function_id'
    await database.query(
      `insert into dbos.${table} (workflow_uuid, key, value, serialization${step})
       values ($1, 'total', $2, $3${step && ', 2'})`,
      [id, value, serialization],
    )
  }
  await database.query(
    `insert into dbos.streams (workflow_uuid, key, "offset", function_id, value, serialization)
     values ($1, 'log', 0, 3, $2, $4), ($1, 'log', 1, 4, $3, $4)`,
    [id, value, streamEnd, serialization],
  )
  await database.query(
    `insert into dbos.notifications (message_uuid, destination_uuid, topic, message, serialization, created_at_epoch_ms)
     values ($1, $1, 'go', $2, $3, 5)`,
    [id, value, serialization],
  )
}
