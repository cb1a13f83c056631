import { inject } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import type { TestDatabase } from './database.ts'
import { patience } from './patience.ts'
import { type CliRun, type RunCliOptions, runCli } from './run-cli.ts'
import { startWireProxy } from './wire-proxy.ts'

export type CutKind = 'cut' | 'half-close' | 'stall'

export interface CutRun extends CliRun {
  /** False where the command was done before. */
  readonly wasCut: boolean
  readonly hangs: boolean
  /** How many messages it sent. */
  readonly messages: number
}

const limits = { querySilenceMs: 400, silenceMs: 400 }
const flags = ['--connect-timeout', '1s', '--reconnect-timeout', '2s']

/** Runs a command whose connection fails once it has sent its message number `at`. */
export async function cutCommand(
  database: TestDatabase,
  command: string,
  kind: CutKind,
  at: number,
  { files = {}, stdin }: Pick<RunCliOptions, 'files' | 'stdin'> = {},
): Promise<CutRun> {
  let wasCut = false
  const proxy = await startWireProxy(inject('serverUrl'), ({ index }) => {
    if (index !== at) return undefined
    wasCut = true
    return { kind }
  })
  const over = new AbortController()
  const timer = setTimeout(() => over.abort('SIGTERM'), patience())
  try {
    const ended = await runCli(
      [...command.split(' '), '--db-url', proxy.urlOf(database.target.url), ...flags],
      {
        openStore: (target) => openStore(target, limits, () => {}, over.signal),
        interrupt: over.signal,
        files,
        stdin,
        now: new Date(),
      },
    )
    return { ...ended, wasCut, hangs: over.signal.aborted, messages: proxy.count() }
  } finally {
    clearTimeout(timer)
    proxy.close()
  }
}
