import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { DatabaseTarget } from '../../src/core/database.ts'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { atEndOfFile } from './end-of-file.ts'
import { lendStore } from './lend-store.ts'
import { runCli } from './run-cli.ts'
import { waitUntil } from './wait-until.ts'

interface Place {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

interface Running {
  readonly line: string
  readonly process: ChildProcess
  readonly ended: Promise<unknown>
  output(): string
  isOver(): boolean
}

/** Goes on until it is answered or stopped: somebody would give it a terminal of its own. */
const staysOpen = /^(drover|node \S+drover\.js) (worker|run|watch|recover --watch)\b/
/** What such a line says once the next one may be typed. */
const isSettled = /Ready for |drover approve |PENDING|Looking every /

const stores = new Map<string, Store>()

/** One store for each database, whichever line asks for it. */
async function openLent(target: DatabaseTarget): Promise<Store> {
  const key = JSON.stringify(target)
  const store = stores.get(key) ?? (await openStore(target))
  if (!stores.has(key)) {
    stores.set(key, store)
    atEndOfFile(() => stores.delete(key) && store.close())
  }
  return lendStore(store)
}

/** With the real folders, which a process does. */
const usesFiles = /--ledger| token | --profile | config (use|profiles)/

/** The words of a line in which no shell is needed; else none. Such a line of drover's runs in this process. */
function splitSimple(line: string): string[] {
  const word = `(?:[\\w@./:=,{}#-]+|'[^']*'|"[^"$\`\\\\]*")`
  if (!new RegExp(`^${word}(?: +${word})*$`).test(line) || usesFiles.test(line)) return []
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  )
}

/**
 * Types lines into shells as somebody with several terminals does, one after the other. `type` resolves to what is wrong:
 * nothing for a line that ended with 0, or stays open; `close` stops what is open still.
 */
export function openTerminals({ cwd, env }: Place) {
  const open: Running[] = []

  function start(line: string): Running {
    const child = spawn('bash', ['-c', `set -o pipefail; ${line}`], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk
      })
    }
    let isOver = false
    const ended = once(child, 'close').finally(() => {
      isOver = true
    })
    return { line, process: child, ended, output: () => output, isOver: () => isOver }
  }

  const complaintOf = ({ line, process: { exitCode, signalCode }, output }: Running): string | undefined =>
    exitCode === 0 ? undefined : `${line}\n  ended with ${signalCode ?? exitCode}: ${output()}`

  return {
    async type(line: string): Promise<string | undefined> {
      const [command, ...argv] = staysOpen.test(line) ? [] : splitSimple(line)
      if (command === 'drover') {
        const { code, stderr } = await runCli(argv, { openStore: openLent, env, now: new Date() })
        return code === 0 ? undefined : `${line}\n  ended with ${code}: ${stderr}`
      }
      const running = start(line)
      if (!staysOpen.test(line)) {
        await running.ended
        return complaintOf(running)
      }
      open.push(running)
      await waitUntil(`"${line}" runs`, () => running.isOver() || isSettled.test(running.output()))
      return running.isOver() ? complaintOf(running) : undefined
    },
    async close(): Promise<string[]> {
      for (const { process: child, isOver } of open)
        if (!isOver() && child.pid) process.kill(-child.pid, 'SIGTERM')
      await Promise.all(open.map(({ ended }) => ended))
      return open.map(complaintOf).filter((complaint) => complaint !== undefined)
    },
    /** Until the lines that were typed have ended by themselves. */
    async settle(pattern: RegExp): Promise<void> {
      await Promise.all(open.filter(({ line }) => pattern.test(line)).map(({ ended }) => ended))
    },
  }
}
