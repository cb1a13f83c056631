import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { DatabaseTarget } from '../../src/core/database.ts'
import type { LaunchOptions, LoadOptions } from '../../src/core/run/runtime.ts'
import { atEndOfFile } from '../support/end-of-file.ts'

const host = path.join(import.meta.dirname, '../fixtures/host.mjs')

interface Loaded {
  readonly configuredName: string | null
  readonly configuredVersion: string | null
  readonly packageName: string | null
  readonly sdkVersion: string
  readonly workflows: readonly {
    readonly name: string
    readonly className: string | null
    readonly instances: readonly string[]
  }[]
}

interface Launched {
  readonly executorId: string
  readonly application: string
  readonly version: string
}

type HostLaunchOptions = { readonly database: DatabaseTarget } & Partial<
  Omit<LaunchOptions, 'onLog' | 'onNotice' | 'onHandOver' | 'onUnknown'>
>

/** The runtime in a process of its own, with a module loaded into it. */
export interface Host {
  readonly loaded: Loaded
  readonly logs: { readonly level: string; readonly line: string }[]
  readonly handedOver: string[]
  /** What it told to be able to run nowhere. */
  readonly unknown: string[]
  /** What it said while it waited for the module. */
  readonly notices: readonly string[]
  /** What the process wrote so far. */
  readonly output: { stdout: string; stderr: string }
  launch(options: HostLaunchOptions): Promise<Launched>
  start(request: {
    readonly name: string
    readonly workflowId: string
    readonly args?: readonly unknown[]
    readonly instance?: string
  }): Promise<void>
  shutdown(options?: { readonly drainMs?: number }): Promise<void>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** Shuts nothing down: resolves to the exit code once the process ended by itself. */
  exit(): Promise<number | null>
}

interface HostOptions extends Pick<LoadOptions, 'wanted'> {
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly launchTimeoutMs?: number
}

/** Rejects with the `CliError` when the module cannot be loaded. Whoever starts a host kills it. */
export async function startHost(specifier: string, options: HostOptions = {}): Promise<Host> {
  const cwd = options.cwd ?? import.meta.dirname
  const child = fork(host, [specifier, cwd], {
    cwd,
    env: { ...process.env, ...options.env },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  atEndOfFile(() => child.kill('SIGKILL'))
  const gone = once(child, 'exit')
  const answers = new Map<number, (message: Answer) => void>()
  const logs: Host['logs'][number][] = []
  const handedOver: string[] = []
  const unknown: string[] = []
  const notices: string[] = []
  const output = { stdout: '', stderr: '' }
  child.stdout?.on('data', (data) => {
    output.stdout += String(data)
  })
  child.stderr?.on('data', (data) => {
    output.stderr += String(data)
  })
  child.on('message', (message: Answer) => {
    if (message.log) logs.push(message.log)
    if (message.handedOver) handedOver.push(...message.handedOver)
    if (message.notice) notices.push(message.notice)
    if (message.unknown) unknown.push(...message.unknown)
    if (message.id !== undefined) answers.get(message.id)?.(message)
  })
  await Promise.race([once(child, 'message'), gone])

  let lastId = 0
  const ask = async <Value>(action: string, actionOptions?: unknown): Promise<Value> => {
    const id = ++lastId
    const answered = new Promise<Answer>((resolve) => answers.set(id, resolve))
    child.send({ id, action, options: actionOptions })
    const answer = await Promise.race([answered, gone.then(() => diedOf(output))])
    if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error)
    return answer.value as Value
  }
  const kill = () => killAndWait(child, gone)

  const { wanted, launchTimeoutMs = 60_000 } = options
  const loading = { wanted, launchTimeoutMs }
  const loaded = await ask<Loaded>('load', loading).catch(async (error) => {
    await kill()
    throw error
  })
  return {
    loaded,
    logs,
    handedOver,
    unknown,
    notices,
    output,
    launch: (launchOptions) => {
      const application =
        launchOptions.application ?? loaded.configuredName ?? loaded.packageName ?? 'test-app'
      return ask('launch', {
        own: true,
        application,
        version: `${application}@dev`,
        queues: 'all',
        keepHandingOver: false,
        ...launchOptions,
      })
    },
    start: (request) => ask('start', request),
    shutdown: (shutdownOptions) => ask('shutdown', shutdownOptions),
    kill,
    exit: async () => {
      child.send({ action: 'exit' })
      const [code] = await gone
      return code
    },
  }
}

interface Answer {
  readonly id?: number
  readonly value?: unknown
  readonly error?: { readonly message: string }
  readonly log?: Host['logs'][number]
  readonly notice?: string
  readonly handedOver?: readonly string[]
  readonly unknown?: readonly string[]
}

function diedOf({ stderr }: Host['output']): Answer {
  return { error: { message: `the host died: ${stderr}` } }
}

async function killAndWait(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL')
  await gone
}
