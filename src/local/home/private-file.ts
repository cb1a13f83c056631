import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** In drover's home, for this user alone, and never seen half written. */
export function writePrivateFile(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}`
  rmSync(unfinished, { force: true })
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' })
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

/** Undefined where there is none. */
export function readPrivateFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** The value of a JSON file of drover's own; undefined where there is none, and where it is empty or broken. */
export function readPrivateJson(file: string): unknown {
  try {
    return JSON.parse(readPrivateFile(file) ?? '')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** drover's home, made for this user alone, whatever the umask says. One that others may write to is closed to them. */
export function makeHome(home: string): void {
  const found = lstatSync(home, { throwIfNoEntry: false })
  if (found?.isSymbolicLink()) return
  if (found === undefined) {
    publicParents(path.dirname(home))
    makeUnlessThere(home, 0o700)
  } else if (process.platform !== 'win32' && (found.mode & 0o022) !== 0 && found.uid === process.getuid?.()) {
    chmodSync(home, found.mode & 0o755)
  }
}

/** Open to all to be entered, whatever the umask says: where root starts the server, another user runs it. */
function publicParents(directory: string): void {
  if (lstatSync(directory, { throwIfNoEntry: false }) !== undefined) return
  publicParents(path.dirname(directory))
  makeUnlessThere(directory, 0o755)
}

function makeUnlessThere(directory: string, mode: number): void {
  try {
    mkdirSync(directory, { mode })
    chmodSync(directory, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
