import os from 'node:os'
import { findActor } from '../core/decide/find-actor.ts'
import { guardStore } from '../core/profile/guard-store.ts'
import { requirePermitted } from '../core/profile/profile.ts'
import { openStore } from '../db/open-store.ts'
import { droverHome } from '../local/cluster/home.ts'
import { createProjectFiles } from '../local/home/read-project-files.ts'
import { readTextFile } from '../local/home/read-text-file.ts'
import { readSettings } from '../settings/settings.ts'
import { findTarget } from '../settings/target.ts'
import { createDrover, type Drover } from './drover.ts'

export interface ConnectOptions {
  /** The DBOS system database; without it the one that the command line would use here. */
  readonly databaseUrl?: string
  /** A database of the embedded Postgres, instead of `databaseUrl`. */
  readonly database?: string
  /** The schema of the DBOS system tables; `dbos` by default. */
  readonly schema?: string
  /** A profile of `drover.config.json`, the project's or this user's. One that is protected is changed only by who names it here. */
  readonly profile?: string
  /** Who changes something, for the record; `DROVER_ACTOR` by default, else user and host. Decisions name their own. */
  readonly as?: string
}

/** Connects to a DBOS system database. Close it again: an open connection keeps the process alive. */
export async function connect({
  databaseUrl,
  database,
  schema,
  profile,
  as,
}: ConnectOptions = {}): Promise<Drover> {
  const { env, platform } = process
  const home = droverHome(env, { platform, uid: process.getuid?.(), homeDirectory: os.homedir() })
  const projectFiles = createProjectFiles(home)
  const settings = await readSettings(
    { cwd: process.cwd(), env, readFile, projectFiles },
    { dbUrl: databaseUrl, database, schema, profile },
  )
  const createLocal = async () => {
    const { createLocalDatabase } = await import('../local/local-database.ts')
    return createLocalDatabase({ home, env })
  }
  let local: ReturnType<typeof createLocal> | undefined
  const openLocal = () => {
    local ??= createLocal()
    return local
  }
  const target = await findTarget({ env, readFile, projectFiles, local: openLocal }, settings, {})
  const opened = (await openStore(target)).as({
    actor: findActor(as, env, () => `${os.userInfo().username}@${os.hostname()}`, false),
    comment: null,
    recording: settings.audit.value,
    onUnrecorded: () => {},
  })
  const { profile: chosen } = settings
  const store = chosen ? guardStore(opened, async (change) => requirePermitted(chosen, change)) : opened
  return createDrover({
    store,
    settings,
    env,
    files: { home, readFile, writePrivate: (file, text) => writePrivate(home, file, text) },
    close: async () => {
      await store.close()
      await (await local)?.leave()
    },
  })
}

/** Loaded when a key for links is made. */
async function writePrivate(home: string, file: string, text: string): Promise<void> {
  const { makeHome, writePrivateFile } = await import('../local/home/private-file.ts')
  makeHome(home)
  writePrivateFile(file, text)
}

const readFile = (file: string) => readTextFile(file)
