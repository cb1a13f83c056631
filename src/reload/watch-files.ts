import { EventEmitter, once } from 'node:events'
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { FileWatch } from '../core/run/reload.ts'
import { monotonicMs, sleep } from '../core/words/long-timer.ts'
import { filesBelow, watchFolders } from './watch-folders.ts'

/** Editors write in several moves, and to switch a branch changes many files. */
const quietMs = 50
/** What an application may miss that could not start. */
const isSource = /(?:\.[cm]?[jt]sx?|\.json|\/\.env[^/]*)$/
const missing = 'missing'

/** Watches the package of `module`, and wherever else a file is that is loaded. */
export function watchFiles(module: string, onTrouble: (sentence: string) => void): FileWatch {
  const entry = realPathOf(module)
  const root = packageOf(entry)
  const loaded = new Set<string>()
  /** As it was when something was last heard of it. */
  const known = new Map<string, string>()
  /** Since the process that runs was started. */
  const touched = new Set<string>()
  /** Changed while a process came to its end in vain, which may be what changed them: they made one start. */
  const tried = new Set<string>()
  let isWide = false
  let isTroubleTold = false
  let pending: { readonly files: Set<string>; readonly at: number } | undefined
  let lastMs = 0
  const news = new EventEmitter()

  const folders = watchFolders(notice, ({ code, message }) => {
    if (isTroubleTold) return
    isTroubleTold = true
    const why = code === 'ENOSPC' || code === 'EMFILE' ? 'the system allows no more watches' : message
    onTrouble(`Not every change below ${root} is noticed: ${why}.`)
  })
  folders.addTree(root)
  add(entry)

  function notice(file: string, isOtherFolder: boolean): void {
    if (isOtherFolder) {
      for (const one of loaded) if (isBelow(one, file)) watchWayTo(one)
      const files = [...loaded].filter((one) => isBelow(one, file))
      for (const one of new Set([...files, ...filesBelow(file)])) notice(one, false)
      return
    }
    const state = stateOf(file)
    if (known.get(file) === state) return
    known.set(file, state)
    touched.add(file)
    if (loaded.has(file) || (isWide && isSource.test(file))) report(file)
  }

  function report(file: string): void {
    pending ??= { files: new Set(), at: Date.now() }
    pending.files.add(file)
    lastMs = monotonicMs()
    news.emit('change')
  }

  function add(file: string): void {
    if (loaded.has(file)) return
    loaded.add(file)
    watchWayTo(file)
    if (touched.has(file)) report(file)
  }

  /** A folder above it may be replaced as well. */
  function watchWayTo(file: string): void {
    let folder = path.dirname(file)
    folders.add(folder)
    while (isBelow(folder, root)) {
      folder = path.dirname(folder)
      folders.add(folder)
    }
  }

  async function next(signal: AbortSignal): ReturnType<FileWatch['next']> {
    while (!signal.aborted) {
      const leftMs = quietMs - (monotonicMs() - lastMs)
      if (pending && leftMs <= 0) {
        const { files, at } = pending
        pending = undefined
        return { files: [...files], at }
      }
      if (pending) await sleep(leftMs, signal)
      else await once(news, 'change', { signal }).catch(() => {})
    }
    return undefined
  }

  return {
    next,
    add,
    begin: () => {
      loaded.clear()
      touched.clear()
      pending = undefined
      isWide = false
      add(entry)
    },
    widen: () => {
      isWide = true
      for (const file of touched) {
        if (!isSource.test(file) || tried.has(file)) continue
        tried.add(file)
        report(file)
      }
    },
    close: folders.close,
  }
}

/** Those that are loaded are known by it. */
function realPathOf(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

/** The folder of the package.json nearest to a module; its own without one. */
function packageOf(entry: string): string {
  const own = path.dirname(entry)
  for (let folder = own; ; folder = path.dirname(folder)) {
    if (statSync(path.join(folder, 'package.json'), { throwIfNoEntry: false })) return folder
    if (folder === path.dirname(folder)) return own
  }
}

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)
}

/** Another one after every write, also where the content is the same. */
function stateOf(file: string): string {
  const status = statSync(file, { throwIfNoEntry: false, bigint: true })
  return status?.isFile() ? `${status.ino} ${status.size} ${status.mtimeNs} ${status.ctimeNs}` : missing
}
