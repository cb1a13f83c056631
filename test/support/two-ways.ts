import { CliError, exitCodeOf } from '../../src/core/errors.ts'
import type { WorkflowFilter } from '../../src/core/manage/workflow-filter.ts'
import type { Store } from '../../src/core/store.ts'
import { parseJsonOrString } from '../../src/core/words/json.ts'
import type { JsonValue } from '../../src/core/workflow.ts'
import { createTestDrover } from './fake-library.ts'
import { runCli } from './run-cli.ts'

/** What came of it: the exit code, which an error of the library stands for too, and the value where there is one. */
export interface Answer {
  readonly code: number
  readonly value?: JsonValue
  /** What was said about it. */
  readonly message?: string
}

/** The same question through one of the ways into drover. */
export interface Way {
  readonly name: string
  wait(store: Store, workflowId: string, condition: string, timeoutMs?: number): Promise<Answer>
  decide(store: Store, verb: 'approve' | 'reject', wait: string, as: string): Promise<Answer>
  /** With an idempotency key. */
  send(store: Store, workflowId: string, topic: string, message: string, key: string): Promise<Answer>
  /** The ids of those that match, any of several values each, newest first. */
  list(store: Store, filter: Filter): Promise<readonly string[]>
  /** `orderWorkflow` without arguments, with a message on `go`. */
  start(store: Store, message: string, options: StartAgain): Promise<Answer>
}

type Filter = Pick<WorkflowFilter, 'name' | 'status' | 'queue'>

interface StartAgain {
  readonly workflowId: string
  readonly deduplicationId?: string
}

const commandLine: Way = {
  name: 'the command line',
  wait: async (store, workflowId, condition, timeoutMs) => {
    const limit = timeoutMs === undefined ? [] : ['--timeout', `${timeoutMs}ms`]
    return run(store, ['wait', workflowId, '--for', condition, ...limit])
  },
  decide: (store, verb, wait, as) => {
    return run(store, [verb, wait, '--as', as, '--comment', 'so be it', '-o', 'jsonl'])
  },
  send: (store, workflowId, topic, message, key) =>
    run(store, ['send', workflowId, message, '--topic', topic, '--idempotency-key', key]),
  list: async (store, filter) => {
    const flags = Object.entries(filter).flatMap(([field, values]) =>
      [values].flat().flatMap((value) => [`--${field}`, value]),
    )
    const { stdout } = await runCli(['list', '-o', 'ids', ...flags], { store })
    return stdout.split('\n').slice(0, -1)
  },
  start: async (store, message, { workflowId, deduplicationId }) => {
    const dedup = deduplicationId === undefined ? [] : ['--dedup', deduplicationId, '--if-exists', 'attach']
    const line = ['start', 'orderWorkflow', '--id', workflowId, '--send', `go=${message}`, ...dedup]
    return run(store, [...line, '--queue', 'slow', '--app-version', 'v1', '--application', 'example'])
  },
}

const library: Way = {
  name: 'the library',
  wait: (store, workflowId, condition, timeoutMs) =>
    call(() => createTestDrover(store).wait(workflowId, condition, { timeoutMs })),
  decide: async (store, verb, wait, as) =>
    call(async () => {
      const { outcome } = await createTestDrover(store)[verb](wait, { as, comment: 'so be it' })
      return { outcome }
    }),
  send: async (store, workflowId, topic, message, idempotencyKey) =>
    call(() => createTestDrover(store).send(workflowId, message, { topic, idempotencyKey })),
  list: async (store, filter) =>
    (await createTestDrover(store).list(filter)).map(({ workflowId }) => workflowId),
  start: async (store, message, options) =>
    call(() =>
      createTestDrover(store).start('orderWorkflow', [], {
        ...options,
        messages: [{ topic: 'go', message }],
        ifExists: 'attach',
        queue: 'slow',
        version: 'v1',
        application: 'example',
      }),
    ),
}

export const ways: readonly Way[] = [commandLine, library]

async function run(store: Store, line: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await runCli(line, { store })
  return { code, message: stderr, ...(stdout !== '' && { value: parseJsonOrString(stdout.trim()) }) }
}

async function call(use: () => Promise<JsonValue>): Promise<Answer> {
  try {
    return { code: 0, value: await use() }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { code: exitCodeOf(error.code), message: error.message }
  }
}
