import { CliError, type ErrorCode, exitCodeOf } from '../../src/core/errors.ts'
import { readFilter, type TypedFilter } from '../../src/core/manage/read-filter.ts'
import type { Store } from '../../src/core/store.ts'
import { parseJsonOrString } from '../../src/core/words/json.ts'
import type { JsonValue } from '../../src/core/workflow.ts'
import { createTestDrover } from './fake-library.ts'
import type { FakeStore } from './fake-store.ts'
import { runCli } from './run-cli.ts'
import { createTestGateway, post } from './test-gateway.ts'

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
  wait(store: Store, workflowId: string, condition: string, options?: WaitOptions): Promise<Answer>
  decide(store: Store, verb: 'approve' | 'reject', wait: string, as: string): Promise<Answer>
  /** With an idempotency key. */
  send(store: Store, workflowId: string, topic: string, message: string, key: string): Promise<Answer>
  /** Those that match, any of several values each, newest first: as JSON has them. */
  list(store: Store, filter: Filter): Promise<readonly ListedRow[]>
  /** `orderWorkflow` without arguments, with a message on `go`. */
  start(store: Store, message: string, options: StartAgain): Promise<Answer>
}

interface WaitOptions {
  readonly timeoutMs?: number
  readonly failOnInput?: boolean
}

type Filter = TypedFilter

export type ListedRow = Readonly<Record<string, JsonValue>> & { readonly workflowId: string }

interface StartAgain {
  readonly workflowId: string
  readonly deduplicationId?: string
}

const commandLine: Way = {
  name: 'the command line',
  wait: async (store, workflowId, condition, { timeoutMs, failOnInput } = {}) => {
    const limit = timeoutMs === undefined ? [] : ['--timeout', `${timeoutMs}ms`]
    const fail = failOnInput ? ['--fail-on-input'] : []
    return run(store, ['wait', workflowId, '--for', condition, ...limit, ...fail])
  },
  decide: (store, verb, wait, as) => {
    return run(store, [verb, wait, '--as', as, '--comment', 'so be it', '-o', 'jsonl'])
  },
  send: (store, workflowId, topic, message, key) =>
    run(store, ['send', workflowId, message, '--topic', topic, '--idempotency-key', key]),
  list: async (store, { version, ...filter }) => {
    const flags = Object.entries({ ...filter, appVersion: version }).flatMap(([field, values = []]) => {
      const flag = `--${field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      return values === true ? [flag] : [values].flat().flatMap((value) => [flag, String(value)])
    })
    const { stdout } = await runCli(['list', '-o', 'json', ...flags], { store })
    return JSON.parse(stdout)
  },
  start: async (store, message, { workflowId, deduplicationId }) => {
    const dedup = deduplicationId === undefined ? [] : ['--dedup', deduplicationId, '--if-exists', 'attach']
    const line = ['start', 'orderWorkflow', '--id', workflowId, '--send', `go=${message}`, ...dedup]
    return run(store, [...line, '--queue', 'slow', '--app-version', 'v1', '--application', 'example'])
  },
}

const library: Way = {
  name: 'the library',
  wait: (store, workflowId, condition, options) =>
    call(() => createTestDrover(store).wait(workflowId, condition, options)),
  decide: async (store, verb, wait, as) =>
    call(async () => {
      const { outcome } = await createTestDrover(store)[verb](wait, { as, comment: 'so be it' })
      return { outcome }
    }),
  send: async (store, workflowId, topic, message, idempotencyKey) =>
    call(() => createTestDrover(store).send(workflowId, message, { topic, idempotencyKey })),
  list: async (store, filter) =>
    JSON.parse(JSON.stringify(await createTestDrover(store).list(readFilter(filter, await store.clock())))),
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

const gateway: Way = {
  name: 'the gateway',
  wait: async (store, workflowId, condition, { timeoutMs, failOnInput } = {}) => {
    const query = new URLSearchParams({ for: condition })
    if (timeoutMs !== undefined) query.set('timeout', `${timeoutMs}ms`)
    if (failOnInput) query.set('failOnInput', 'true')
    return answerOf(
      store,
      `workflows/${encodeURIComponent(workflowId)}/wait?${query}`,
      undefined,
      ({ value }) => value,
    )
  },
  decide: (store, verb, wait, by) => {
    const decision = verb === 'approve' ? 'approved' : 'rejected'
    return answerOf(store, `waits/${encodeURIComponent(wait)}`, post({ decision, by, comment: 'so be it' }))
  },
  send: (store, workflowId, topic, message, key) => {
    const sent = post({ topic, message }, { 'Idempotency-Key': key })
    return answerOf(store, `workflows/${encodeURIComponent(workflowId)}/messages`, sent)
  },
  list: async (store, filter) => {
    const query = Object.entries(filter).flatMap(([field, values]) =>
      [values].flat().map((value) => [field, String(value)] as [string, string]),
    )
    const { body } = await gatewayOn(store).ask(`/v1/workflows?${new URLSearchParams(query)}`)
    return body as readonly ListedRow[]
  },
  start: (store, message, { workflowId, deduplicationId }) => {
    const body = {
      ...{ name: 'orderWorkflow', id: workflowId, messages: [{ topic: 'go', message }], queue: 'slow' },
      ...{ version: 'v1', application: 'example', ifExists: 'attach', deduplicationId },
    }
    return answerOf(store, 'workflows', post(body), (started) => started.workflowId)
  },
}

export const ways: readonly Way[] = [commandLine, library, gateway]

function gatewayOn(store: Store): ReturnType<typeof createTestGateway> {
  return createTestGateway({ store: store as FakeStore, now: () => new Date() })
}

type Body = Readonly<Record<string, JsonValue>>

async function answerOf(
  store: Store,
  path: string,
  init?: RequestInit,
  pick: (body: Body) => JsonValue | undefined = (body) => body,
): Promise<Answer> {
  const { status, body } = await gatewayOn(store).ask(`/v1/${path}`, init)
  if (status < 300) return { code: 0, value: pick(body as Body) }
  const { error } = body as { readonly error: { readonly code: ErrorCode; readonly message: string } }
  return { code: exitCodeOf(error.code), message: error.message }
}

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
