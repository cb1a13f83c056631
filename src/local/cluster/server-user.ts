import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import type { Layout } from './layout.ts'

const run = (program: string, args: readonly string[]) => promisify(execFile)(program, args)

/** Who runs the server. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
  /** As a user knows it; the number where there is no name. */
  readonly name: string
  /** True where that is not the user of this process: Postgres refuses to run as root. */
  readonly isOther: boolean
}

/** The owner of the data directory where there is one, so that a cluster keeps its user. */
export async function findServerUser(
  layout: Layout,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServerUser> {
  const uid = process.getuid?.() ?? 0
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? 0, name: String(uid), isOther: false }
  const owner = statSync(layout.data, { throwIfNoEntry: false })
  if (owner !== undefined) return { uid: owner.uid, gid: owner.gid, name: String(owner.uid), isOther: true }
  const user = await chooseUser(env.DROVER_PG_USER)
  assertReachable(path.dirname(layout.home), user)
  return user
}

async function chooseUser(wanted: string | undefined): Promise<ServerUser> {
  const names = wanted ? [wanted] : ['postgres', 'nobody']
  for (const name of names) {
    const user = await lookUp(name)
    if (user !== undefined && user.uid !== 0) return user
  }
  throw new CliError(
    'invalid-configuration',
    `Postgres does not run as root, and there is no ordinary user ${names.join(' or ')} to run it.`,
    { hint: phrase`DROVER_PG_USER=NAME ${command('db start')}` },
  )
}

async function lookUp(name: string): Promise<ServerUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout), name, isOther: true }
  } catch {
    return undefined
  }
}

/** A directory above that is closed to the server's user makes Postgres fail with words that explain nothing. */
function assertReachable(directory: string, user: ServerUser): void {
  const closed = ancestors(directory).find((ancestor) => {
    const found = statSync(ancestor, { throwIfNoEntry: false })
    return found !== undefined && found.uid !== user.uid && (found.mode & 0o001) === 0
  })
  if (closed === undefined) return
  throw new CliError(
    'embedded-database-failed',
    `The directory ${closed} is closed to the user ${user.name} that runs the embedded Postgres for root.`,
    { hint: phrase`DROVER_HOME=/var/lib/drover ${command('db start')}` },
  )
}

function ancestors(directory: string): readonly string[] {
  const parent = path.dirname(directory)
  return parent === directory ? [directory] : [...ancestors(parent), directory]
}

/** `initdb` looks its own user up by number, which fails in a container that was started with an arbitrary one. */
export function assertHasName(user: ServerUser): void {
  if (user.isOther) return
  try {
    userInfo()
  } catch (error) {
    throw new CliError(
      'embedded-database-failed',
      `The user ${user.uid} has no entry in /etc/passwd, which Postgres needs to create a database.`,
      { hint: `echo "drover:x:${user.uid}:${user.gid}::/:/bin/sh" >> /etc/passwd`, cause: error },
    )
  }
}
