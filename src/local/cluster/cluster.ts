import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { CliError } from '../../core/errors.ts'
import { command, otherCommand, phrase } from '../../core/words/command-line.ts'
import { explainFileError } from '../server/server-failure.ts'
import { serverEnvironment, superuser } from '../server/spawn-server.ts'
import { buildBeside } from './build-beside.ts'
import { privateDirectory } from './directories.ts'
import type { Layout } from './layout.ts'
import { assertHasName, type ServerUser } from './server-user.ts'

export function clusterExists(layout: Layout): boolean {
  try {
    return statSync(path.join(layout.data, 'PG_VERSION')).isFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw explainFileError(layout, error)
    return false
  }
}

/** Also where an upgrade was killed before its data had their place, which whoever starts the server gives them. */
export function wasCreated(layout: Layout): boolean {
  return clusterExists(layout) || existsSync(layout.upgraded)
}

/** Nothing is created beside what is left of a cluster. Throws `embedded-database-failed`. */
export function assertNotDamaged({ data }: Layout): void {
  if (!existsSync(data) || readdirSync(data).length === 0) return
  throw new CliError(
    'embedded-database-failed',
    `The embedded database in ${data} lacks its file PG_VERSION: it is damaged, or not a database.`,
    { hint: phrase`${command('db reset', [], { '--all': true })}   # deletes it; or put the file back` },
  )
}

interface ClusterOptions {
  readonly layout: Layout
  readonly tree: string
  readonly user: ServerUser
  /** False: not worth a wait for the disk. */
  readonly isDurable: boolean
}

export async function createCluster(options: ClusterOptions): Promise<void> {
  const { layout, user } = options
  assertHasName(user)
  await buildBeside(layout.data, async (unfinished) => {
    privateDirectory(unfinished, user)
    await initialize(unfinished, options)
  })
}

async function initialize(directory: string, { tree, user, isDurable }: ClusterOptions): Promise<void> {
  const flags = [
    ['-D', directory],
    ['-U', superuser],
    ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ['--auth-local=trust', '--auth-host=scram-sha-256'],
    isDurable ? [] : ['--no-sync'],
  ].flat()
  try {
    await promisify(execFile)(path.join(tree, 'bin/initdb'), flags, {
      cwd: '/',
      env: serverEnvironment,
      ...(user.isOther && { uid: user.uid, gid: user.gid }),
    })
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    throw new CliError(
      'embedded-database-failed',
      `The embedded database could not be created in ${path.dirname(directory)}.`,
      {
        hint: otherCommand('df -h', [path.dirname(directory)]),
        cause: new Error(stderr.trim(), { cause: error }),
      },
    )
  }
}

/** Such as `18`. */
export function majorOf({ data }: Layout): string {
  return readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim()
}

/** A cluster can only be run by the major version that created it. */
export function assertSameMajor(layout: Layout, tree: string): void {
  const major = majorOf(layout)
  const bundled = path.basename(tree).split('.')[0]
  if (major === bundled) return
  throw new CliError(
    'embedded-database-failed',
    `The embedded database was created by PostgreSQL ${major}, and this drover brings PostgreSQL ${bundled}.`,
    { hint: command('db upgrade') },
  )
}

/** Puts the new directory in the place of the old one, where an upgrade was interrupted between the two. */
export function finishUpgrade({ data, upgraded }: Layout): void {
  if (!existsSync(data) && existsSync(upgraded)) renameSync(upgraded, data)
}
