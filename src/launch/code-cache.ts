import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Script, type ScriptOptions } from 'node:vm'
import { droverHome } from '../local/cluster/home.ts'

/** A hash of the whole bundle, put in by the build. */
declare const BUILD_ID: string

/** What V8 compiled in earlier runs. Where it cannot be read or written a start takes longer, and nothing else suffers. */
export interface CodeCache {
  compile(name: string, source: string, options: ScriptOptions): Script
  /** Keeps what this run compiled, unless all of it was there. */
  save(): Promise<void>
  /** The same while it still runs: what follows or is a screen ends too late for `save`. */
  saveWhileYoung(): void
}

/** In a process that lives longer V8 has dropped the code of its start by then. */
const saveBeforeMs = 10_000
/** By then a screen or a follower has run what the next start will run. */
const saveAfterMs = 3000
const keptBuilds = 3

export function openCodeCache(argv: readonly string[]): CodeCache {
  const home = droverHome(process.env, {
    platform: process.platform,
    uid: process.getuid?.(),
    get homeDirectory() {
      return homedir()
    },
  })
  const root = join(home, 'code')
  const folder = join(root, `${process.version}-${process.arch}-${BUILD_ID}`, nameRun(argv))
  const owner = attempt(() => lstatSync(root))
  // Whoever can write there decides what runs here.
  const isOurs = owner?.isDirectory() && owner.uid === (process.getuid?.() ?? owner.uid) && isPrivate(owner)
  const scripts = new Map<string, Script>()
  let isKept = true

  async function save(): Promise<void> {
    if (isKept || (owner && !isOurs)) return
    isKept = true
    const { makeHome } = await import('../local/home/private-file.ts')
    attempt(() => {
      makeHome(home)
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      for (const [name, script] of scripts) writeTwice(join(folder, name), script.createCachedData())
      for (const old of oldBuilds(root)) rmSync(old, { recursive: true, force: true })
    })
  }

  return {
    compile: (name, source, options) => {
      const cachedData = isOurs ? attempt(() => readTwice(join(folder, name))) : undefined
      const script = new Script(source, { ...options, cachedData })
      if (!cachedData || script.cachedDataRejected) isKept = false
      scripts.set(name, script)
      return script
    },
    save: async () => {
      if (process.uptime() * 1000 < saveBeforeMs) await save()
    },
    saveWhileYoung: () => void setTimeout(() => void save(), saveAfterMs).unref(),
  }
}

/** By the command: each runs other parts of what it loads, and what it does not run only takes time to read. */
function nameRun(argv: readonly string[]): string {
  const command = argv.find((word) => /^[a-z]+$/.test(word)) ?? 'drover'
  return argv.includes('--help') ? `${command}-help` : command
}

function isPrivate({ mode }: { readonly mode: number }): boolean {
  return process.platform === 'win32' || (mode & 0o077) === 0
}

/** V8 checks the length of what it gets and not the content, and damaged code crashes; to compare is faster than any checksum. */
function readTwice(file: string): Buffer | undefined {
  const both = readFileSync(file)
  const half = both.length / 2
  return both.compare(both, half, both.length, 0, half) === 0 ? both.subarray(0, half) : undefined
}

function writeTwice(file: string, data: Buffer): void {
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, Buffer.concat([data, data]), { mode: 0o600 })
  renameSync(unfinished, file)
}

/** All but the newest few, each for one bundle and one version of Node. */
function oldBuilds(root: string): string[] {
  return readdirSync(root)
    .map((name) => ({ file: join(root, name), time: lstatSync(join(root, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time)
    .slice(keptBuilds)
    .map(({ file }) => file)
}

function attempt<Result>(use: () => Result): Result | undefined {
  try {
    return use()
  } catch {
    return undefined
  }
}
