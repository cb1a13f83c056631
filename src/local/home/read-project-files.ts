import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { CliError } from '../../core/errors.ts'
import type { ProjectFile, ProjectFiles } from '../../core/project-files.ts'
import { otherCommand } from '../../core/words/command-line.ts'
import { isWorldWritable, mayDecide } from './ownership.ts'
import { makeHome, readPrivateJson, writePrivateFile } from './private-file.ts'

/** No configuration is larger, and what somebody else put there may be endless. */
const mostBytes = 1_000_000

interface Trusted {
  /** The hash of what they said, by path. */
  readonly files: Readonly<Record<string, string>>
  readonly hosts: readonly string[]
}

/** What is trusted is in a file in drover's home; where that cannot be read or written, nothing is. */
export function createProjectFiles(home: string): ProjectFiles {
  const file = path.join(home, 'trusted.json')

  const recall = async (): Promise<Trusted> => {
    try {
      const found = lstatSync(file)
      if (!mayDecide(found.uid, file) || (found.mode & 0o022) !== 0) return { files: {}, hosts: [] }
      const { checkShape } = await import('../../core/files/check-shape.ts')
      const { trustedSchema } = await import('../../core/files/home-schemas.ts')
      const checked = checkShape(trustedSchema, readPrivateJson(file))
      if ('value' in checked) return checked.value
    } catch {
      // Nothing was trusted yet, or nobody can tell.
    }
    return { files: {}, hosts: [] }
  }

  const remember = (trusted: Trusted): void => {
    makeHome(home)
    writePrivateFile(file, `${JSON.stringify(trusted, null, 2)}\n`)
  }

  const usedFile = path.join(home, 'used.json')
  const readUsed = async (): Promise<Readonly<Record<string, string>>> => {
    try {
      const content = readPrivateJson(usedFile)
      if (content === undefined) return {}
      const { checkShape } = await import('../../core/files/check-shape.ts')
      const { usedSchema } = await import('../../core/files/home-schemas.ts')
      const checked = checkShape(usedSchema, content)
      if ('value' in checked) return checked.value
    } catch {
      // A home that cannot be read: nothing is used.
    }
    return {}
  }

  return {
    usedProfile: async (name) => (await readUsed())[name],
    useProfile: async (name, profile) => {
      const { [name]: _, ...others } = await readUsed()
      const used = profile === undefined ? others : { ...others, [name]: profile }
      try {
        makeHome(home)
        writePrivateFile(usedFile, `${JSON.stringify(used, null, 2)}\n`)
      } catch (error) {
        throw new CliError(
          'permission-denied',
          `${usedFile} cannot be written: ${(error as Error).message}.`,
          {
            hint: 'DROVER_PROFILE=NAME chooses a profile without it',
            cause: error,
          },
        )
      }
    },
    read: async (name) => readProjectFile(name),
    isTrusted: async ({ path: name, text }) => (await recall()).files[name] === hashOf(text),
    trust: async (files) => {
      const { hosts, files: before } = await recall()
      const added = files.map(({ path: name, text }) => [name, hashOf(text)])
      try {
        remember({ hosts, files: { ...before, ...Object.fromEntries(added) } })
      } catch (error) {
        throw new CliError(
          'permission-denied',
          `What is trusted cannot be written to ${file}: ${(error as Error).message}.`,
          {
            hint: 'DROVER_TRUST_CONFIG=1 trusts without it',
            cause: error,
          },
        )
      }
    },
    isNewHost: async (host) => {
      const trusted = await recall()
      if (trusted.hosts.includes(host)) return false
      try {
        remember({ ...trusted, hosts: [...trusted.hosts, host] })
      } catch {
        // It is said again next time.
      }
      return true
    },
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Owner and text are those of one open file, so that nobody changes it in between. */
function readProjectFile(name: string): ProjectFile | undefined {
  let descriptor: number
  try {
    // Without O_NONBLOCK a pipe that somebody put there would be waited for.
    descriptor = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if ((code === 'ENOENT' && !isThere(name)) || code === 'ENOTDIR') return undefined
    throw unreadable(name, error)
  }
  try {
    const found = fstatSync(descriptor)
    if (!found.isFile()) throw unreadable(name, new Error('it is not a file'))
    if (found.size > mostBytes) throw unreadable(name, new Error(`it is larger than ${mostBytes / 1e6} MB`))
    return { path: name, text: readFileSync(descriptor, 'utf8'), author: authorOf(name, found) }
  } finally {
    closeSync(descriptor)
  }
}

/** Who made a link decides as much as who wrote what it leads to. */
function authorOf(
  name: string,
  found: { readonly uid: number; readonly mode: number },
): ProjectFile['author'] {
  const link = lstatSync(name, { throwIfNoEntry: false })
  if (![found.uid, link?.uid ?? found.uid].every((uid) => mayDecide(uid, name))) return 'another user'
  return isWorldWritable(found) ? 'everybody' : undefined
}

/** As a link that leads nowhere is. */
function isThere(name: string): boolean {
  return lstatSync(name, { throwIfNoEntry: false }) !== undefined
}

function unreadable(name: string, error: unknown): CliError {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : message
  return new CliError('invalid-configuration', `${name} cannot be read: ${reason}.`, {
    hint: otherCommand('ls -l', [name]),
    cause: error,
  })
}
