import { workflowStatuses } from '../../src/core/workflow.ts'
import type { TestDatabase } from './database.ts'
import { hostileTexts } from './hostile-texts.ts'
import type { Random } from './random.ts'

export interface HostileRows {
  readonly workflowIds: readonly string[]
  /** In all tables. */
  readonly rows: number
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const deepError = JSON.stringify({
  name: 'Error',
  message: `{"name":"E","message":"m","data":${nested(10_000)}}`,
})

const words = [
  ...[
    'order',
    'DBOS.recv',
    'DBOS.sleep',
    'DBOS.getResult',
    'DBOS.setEvent',
    'DBOS.writeStream',
    'awaiting:legal',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'log',
    'progress',
    '-x',
    '--yes',
    'a::b',
    'x#1',
    'x#99999999999',
    '@last',
    '-',
  ],
  ...[
    '::error::x',
    '##[error]x',
    '{"a":1}',
    'null',
    '\u{e0041}',
    '\ufe0f',
    '\u034f',
    '\u2800',
    'x'.repeat(3000),
  ],
]
const values = [
  ...[
    'null',
    '1',
    '"text"',
    '{"json":{"__proto__":{"a":1},"toString":1}}',
    '{"__proto__":1,"constructor":{}}',
    '{}',
    '[]',
  ],
  ...[
    '',
    'not json',
    '{"json":',
    nested(400),
    nested(10_000),
    '123456789012345678901234567890',
    '1e999',
    '-0',
    '"\\u0000"',
  ],
  ...[
    '"\\ud800"',
    JSON.stringify('\x1b[31mred\u009b31m\u202e'),
    JSON.stringify({ '\x1b]0;x\x07': '\u2066' }),
    '{"json":1e400}',
  ],
  ...[
    'gASVGgAAAAAAAACMFl9fREJPU19TVFJFQU1fQ0xPU0VEX1+ULg==',
    '"__DBOS_STREAM_CLOSED__"',
    '__DBOS_NIL',
    deepError,
  ],
  ...[
    '{"name":null,"message":{"a":[1]},"stack":7,"cause":{"cause":{}}}',
    '{"prompt":7,"approve":"x"}',
    '{"prompt":"\x07"}',
  ],
  JSON.stringify({ big: 'é'.repeat(20_000) }),
]
const serializations = [
  null,
  '',
  'js_superjson',
  'portable_json',
  'java_jackson',
  'DBOS_JSON',
  'py_pickle',
  '\x1b[2J',
  '__proto__',
]
const times = [
  ...[
    null,
    '0',
    '-1',
    '1764200000000',
    '1764200009000',
    '1764200000001',
    '8640000000000000',
    '8640000000000001',
  ],
  ...['-8640000000000001', '9223372036854775807', '-9223372036854775808'],
]
const steps = [0, 1, 2, 3, 7, 100, 2_147_483_647, -1, -2_147_483_648]

/** At least so many rows: workflows with some in every table, each column with what somebody else may have written there. */
export async function insertHostileRows(
  database: TestDatabase,
  random: Random,
  atLeast: number,
): Promise<HostileRows> {
  let rows = 0
  const text = (): string => random.pick(random.oneIn(3) ? hostileTexts : words)
  const perhaps = <Value>(value: Value): Value | null => (random.oneIn(3) ? null : value)
  const time = () => random.pick(times)
  const someTime = () => time() ?? '1764200000000'
  const step = () => random.pick(steps)
  const insert = async (table: string, row: Readonly<Record<string, unknown>>): Promise<void> => {
    const columns = Object.keys(row)
    const added = await database.query(
      `insert into ${table} (${columns.map((column) => `"${column}"`).join(', ')})
       values (${columns.map((_, index) => `$${index + 1}`).join(', ')}) on conflict do nothing returning 1`,
      Object.values(row),
    )
    rows += added.length
  }
  const workflowIds: string[] = []

  for (let index = 0; rows < atLeast; index++) {
    const id = random.oneIn(2) ? `wf-${index}` : `${text()}${index}`
    workflowIds.push(id)
    await insert('dbos.workflow_status', {
      workflow_uuid: id,
      status: random.oneIn(3) ? text() : random.pick(workflowStatuses),
      name: perhaps(text()),
      class_name: perhaps(text().slice(0, 255)),
      config_name: perhaps(text().slice(0, 255)),
      queue_name: perhaps(text()),
      executor_id: perhaps(text()),
      application_version: perhaps(text()),
      application_name: perhaps(text()),
      authenticated_user: perhaps(text()),
      parent_workflow_id: perhaps(random.pick(workflowIds)),
      forked_from: perhaps(random.pick(workflowIds)),
      deduplication_id: perhaps(`${text()}${index}`),
      queue_partition_key: perhaps(text()),
      schedule_name: perhaps(text()),
      attributes: perhaps(JSON.stringify({ [text()]: text() })),
      priority: step(),
      recovery_attempts: random.pick(['0', '3', '9223372036854775807', null]),
      created_at: someTime(),
      updated_at: someTime(),
      started_at_epoch_ms: time(),
      completed_at: time(),
      workflow_timeout_ms: time(),
      workflow_deadline_epoch_ms: time(),
      delay_until_epoch_ms: time(),
      serialization: random.pick(serializations),
    })
    await insert('dbos.workflow_input', { workflow_uuid: id, inputs: random.pick(values) })
    await insert('dbos.workflow_output', {
      workflow_uuid: id,
      output: perhaps(random.pick(values)),
      error: perhaps(random.pick(values)),
    })
    for (let more = random.below(4); more >= 0; more--) {
      const value = () => ({ value: random.pick(values), serialization: random.pick(serializations) })
      await insert('dbos.operation_outputs', {
        workflow_uuid: id,
        function_id: step(),
        function_name: text(),
        output: perhaps(random.pick(values)),
        error: perhaps(random.pick(values)),
        child_workflow_id: perhaps(random.pick(workflowIds)),
        started_at_epoch_ms: time(),
        completed_at_epoch_ms: time(),
        serialization: random.pick(serializations),
      })
      const key = text()
      await insert('dbos.workflow_events', { workflow_uuid: id, key, ...value() })
      await insert('dbos.workflow_events_history', {
        workflow_uuid: id,
        key,
        function_id: step(),
        ...value(),
      })
      await insert('dbos.streams', {
        workflow_uuid: id,
        key: text(),
        offset: random.pick([0, 1, 2, 5, 2_147_483_647]),
        function_id: step(),
        ...value(),
      })
      await insert('dbos.notifications', {
        message_uuid: `${index}-${more}-${text()}`,
        destination_uuid: id,
        topic: perhaps(random.oneIn(3) ? '__null__topic__' : text()),
        message: random.pick(values),
        serialization: random.pick(serializations),
        created_at_epoch_ms: someTime(),
        consumed: random.oneIn(2),
        consumed_by_function_id: perhaps(step()),
      })
    }
    await insert('dbos.queues', {
      name: `${text()}${index}`,
      concurrency: perhaps(step()),
      rate_limit_max: perhaps(step()),
      rate_limit_period_sec: perhaps(random.pick([0, 0.5, 1e300, -1, 'Infinity', 'NaN'])),
      polling_interval_sec: random.pick([0, 1, 1e300, 'NaN']),
      application_name: perhaps(text()),
    })
    await insert('dbos.application_versions', {
      version_id: `${text()}${index}`,
      version_name: `${text()}${index}`,
      version_timestamp: someTime(),
      application_name: perhaps(text()),
    })
    await insert('dbos.workflow_schedules', {
      schedule_id: `${index}`,
      schedule_name: `${text()}${index}`,
      workflow_name: text(),
      schedule: random.pick(['0 0 3 * * *', 'never', '* * * 31 2 *', '\x1b[2J', '']),
      status: random.pick(['ACTIVE', 'PAUSED', text()]),
      context: 'null',
      last_fired_at: perhaps(random.pick(['2026-01-01T00:00:00Z', '+275760-09-13T00:00:00.001Z', text()])),
      cron_timezone: perhaps(random.pick(['Europe/Berlin', 'Mars/Olympus', text()])),
      queue_name: perhaps(text()),
    })
    await insert('drover.decisions', {
      at: random.pick(['infinity', '-infinity', '294276-01-01', '4713-01-01 BC', '2026-01-01']),
      system_schema: 'dbos',
      workflow_id: id,
      workflow_name: text(),
      step: step(),
      topic: perhaps(text()),
      wait_key: `${index}`,
      decision: random.pick(['approved', 'rejected']),
      outcome: random.pick(['stored', text()]),
      forced: random.oneIn(2),
      actor: text(),
      actor_source: text(),
      comment: perhaps(text()),
      payload_sha256: text(),
    })
  }
  return { workflowIds, rows }
}
