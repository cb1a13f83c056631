import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type ReloadChild, type ReloadOrder, type ReloadStage, reloadStages } from '../core/run/reload.ts'
import { makeRoomMessage, orderVariable, reportKey } from './child-role.ts'

/** To shut down in order; what is in the middle of something then is left to recovery, as after a crash. */
const makeRoomMs = 5000

interface Starting {
  /** What Node runs, and its arguments: those of this process. */
  readonly program: string
  readonly argv: readonly string[]
  readonly stdin: string | undefined
  onFile(file: string): void
}

/** Starts this program again on the same terminal. It never outlives this process. */
export function startChild(order: ReloadOrder, { program, argv, stdin, onFile }: Starting): ReloadChild {
  const child = spawn(process.execPath, [...process.execArgv, program, ...argv], {
    stdio: [stdin === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [orderVariable]: JSON.stringify(order) },
  })
  const kill = (signal: NodeJS.Signals) => void child.kill(signal)
  const killHard = () => kill('SIGKILL')
  process.on('exit', killHard)
  const reached = new Set<ReloadStage>()
  let hasLoadedAny = false
  child.on('message', (message) => {
    const report = reportOf(message)
    if (report?.kind === 'file') {
      hasLoadedAny = true
      onFile(report.what)
    }
    const stage = reloadStages.find((one) => report?.kind === 'stage' && one === report.what)
    if (stage) reached.add(stage)
  })
  // It need not read what it is given, nor hear what it is told.
  child.on('error', () => {})
  child.stdin?.on('error', () => {}).end(stdin)
  // Only then has all been heard that it had to say.
  const exited = once(child, 'exit').then(async ([code, signal]) => {
    if (child.connected) await once(child, 'disconnect')
    process.off('exit', killHard)
    return { code, signal }
  })
  return {
    exited,
    hasLoadedAny: () => hasLoadedAny,
    hasReached: (stage) => reached.has(stage),
    makeRoom: () => {
      // Nothing of it is launched yet, and a module that never finishes would keep everybody waiting.
      if (!reached.has('loaded')) return killHard()
      child.send(makeRoomMessage, () => {})
      const timer = setTimeout(killHard, makeRoomMs)
      void exited.then(() => clearTimeout(timer))
    },
    kill,
  }
}

/** Of the application's own messages, if it sends any, nothing is heard. */
function reportOf(message: unknown): { readonly kind: string; readonly what: string } | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const report = (message as Record<string, unknown>)[reportKey]
  return Array.isArray(report) ? { kind: String(report[0]), what: String(report[1]) } : undefined
}
