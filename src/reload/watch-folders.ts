import { type Dirent, existsSync, type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import path from 'node:path'

/** What nobody writes by hand. */
const unwatched = /^(?:\..*|node_modules|dist|build|coverage)$/
/** Those of the files that were loaded are watched beyond it. */
const mostFolders = 2000

interface FolderWatch {
  /** With all that is in it, but for what nobody writes by hand. */
  addTree(folder: string): void
  /** Whatever its name. */
  add(folder: string): void
  close(): void
}

/**
 * Watches folders, each by itself: a file that an editor replaces is another one of the same name, and not every system
 * can watch a tree, or leave out parts of one. `onEvent` hears of each path on which something happened, and whether a folder
 * came or went there; one that came is watched by then.
 */
export function watchFolders(
  onEvent: (file: string, isOtherFolder: boolean) => void,
  onTrouble: (error: NodeJS.ErrnoException) => void,
): FolderWatch {
  const watched = new Map<string, { readonly watcher: FSWatcher; readonly inode: bigint }>()

  function add(folder: string): boolean {
    const inode = inodeOf(folder)
    if (watched.get(folder)?.inode === inode) return inode !== undefined
    drop(folder)
    if (inode === undefined) return false
    try {
      const watcher = watch(folder, { persistent: true }, (event, name) => {
        const isGone =
          event === 'rename' && name === path.basename(folder) && !existsSync(path.join(folder, name))
        // Another one of that name may be there already, even with the same number.
        if (isGone) drop(folder)
        notice(isGone ? path.dirname(folder) : folder, name)
      })
      watcher.on('error', () => drop(folder))
      watched.set(folder, { watcher, inode })
      return true
    } catch (error) {
      onTrouble(error as NodeJS.ErrnoException)
      return false
    }
  }

  function addTree(folder: string): void {
    if (watched.size >= mostFolders || !add(folder)) return
    for (const inner of foldersIn(folder)) addTree(inner)
  }

  function notice(folder: string, name: string | null): void {
    if (name === null) return
    const file = path.join(folder, name)
    const before = watched.get(file)?.inode
    const inode = inodeOf(file)
    const isOtherFolder = before !== inode
    if (isOtherFolder) dropTree(file)
    if (isOtherFolder && inode !== undefined && !unwatched.test(name)) addTree(file)
    onEvent(file, isOtherFolder)
  }

  function drop(folder: string): void {
    watched.get(folder)?.watcher.close()
    watched.delete(folder)
  }

  function dropTree(folder: string): void {
    for (const one of [...watched.keys()]) if (one === folder || one.startsWith(folder + path.sep)) drop(one)
  }

  return {
    addTree,
    add: (folder) => void add(folder),
    close: () => {
      for (const folder of [...watched.keys()]) drop(folder)
    },
  }
}

/** Undefined of what is no folder. */
function inodeOf(file: string): bigint | undefined {
  const status = statSync(file, { throwIfNoEntry: false, bigint: true })
  return status?.isDirectory() ? status.ino : undefined
}

/** A link to a folder may lead back to where it is. */
function foldersIn(folder: string): string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !unwatched.test(entry.name))
    .map(({ name }) => path.join(folder, name))
}

/** All below a folder, but for what nobody writes by hand. */
export function filesBelow(folder: string): string[] {
  if (unwatched.test(path.basename(folder))) return []
  const files = entriesOf(folder).filter((entry) => entry.isFile())
  return [
    ...files.map(({ name }) => path.join(folder, name)),
    ...foldersIn(folder).flatMap((inner) => filesBelow(inner)),
  ]
}

/** None of what went meanwhile. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
