import path from 'node:path'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { ProfileEntry } from '../../core/files/profile-schema.ts'
import type { ProjectFile } from '../../core/project-files.ts'
import { readPostgresUrl } from '../../core/words/postgres-url.ts'
import { type ConfigFile, parseConfig } from '../config-file.ts'
import { fallbacksOf } from '../substitute-env.ts'
import { requireOwnFile } from '../trust.ts'

/** A profile as a file has it: its texts may name variables that are not set. */
export interface WrittenProfile {
  readonly name: string
  readonly entry: ProfileEntry
  readonly file: ProjectFile
  /** Of this user's own file, not of the project's. */
  readonly isOfUser: boolean
  readonly isReadOnly: boolean
  readonly isProtected: boolean
}

export interface ProfileFiles {
  /** The project's first; a name stands once. */
  readonly profiles: readonly WrittenProfile[]
  /** Undefined where there is none. */
  readonly projectFile: string | undefined
  /** Where a user's own are, or would be. */
  readonly userFile: string
}

/**
 * Of two profiles of one name the project's counts, and is read-only or protected where the user's is: no project takes away
 * what this user wants to be careful with. Throws `invalid-configuration`, also for a password in a project's file.
 */
export async function readProfiles(
  context: Pick<Context, 'env' | 'projectFiles'>,
  project: ConfigFile,
  { isJudged = false } = {},
): Promise<ProfileFiles> {
  const userFile = userFileOf(context.env)
  const own = await readUserFile(context, userFile, isJudged)
  const isOwn = project.path === userFile
  const ofProject = isOwn ? [] : toWritten(project.file, project.profiles, false)
  for (const { name, entry, file } of ofProject) refusePassword(name, entry, file.path)
  const ofUser = toWritten(own?.file, own?.profiles, true)
  const marked = ofProject.map((one) => {
    const same = ofUser.find(({ name }) => name === one.name)
    return {
      ...one,
      isReadOnly: one.isReadOnly || same?.isReadOnly === true,
      isProtected: one.isProtected || same?.isProtected === true,
    }
  })
  const others = ofUser.filter(({ name }) => !ofProject.some((one) => one.name === name))
  return { profiles: [...marked, ...others], projectFile: project.file?.path, userFile }
}

function toWritten(
  file: ProjectFile | undefined,
  entries: Readonly<Record<string, ProfileEntry>> = {},
  isOfUser: boolean,
): WrittenProfile[] {
  if (!file) return []
  return Object.entries(entries).map(([name, entry]) => ({
    name,
    entry,
    file,
    isOfUser,
    isReadOnly: entry.readOnly === true,
    isProtected: entry.protected === true,
  }))
}

const fileName = 'drover.config.json'

function userFileOf({ DROVER_HOME, XDG_CONFIG_HOME, APPDATA, HOME = '/' }: Context['env']): string {
  if (DROVER_HOME) return path.resolve(DROVER_HOME, fileName)
  if (XDG_CONFIG_HOME && path.isAbsolute(XDG_CONFIG_HOME))
    return path.join(XDG_CONFIG_HOME, 'drover', fileName)
  return APPDATA ? path.join(APPDATA, 'drover', fileName) : path.join(HOME, '.config/drover', fileName)
}

async function readUserFile(
  context: Pick<Context, 'env' | 'projectFiles'>,
  name: string,
  isJudged: boolean,
): Promise<Pick<ConfigFile, 'file' | 'profiles'> | undefined> {
  const file = await context.projectFiles.read(name)
  if (!file) return undefined
  if (!isJudged) await requireOwnFile(context, file)
  const { requireShape } = await import('../../core/files/check-shape.ts')
  const { userConfigSchema } = await import('../../core/files/profile-schema.ts')
  const { profiles } = requireShape(userConfigSchema, parseConfig(file), {
    file: file.path,
    code: 'invalid-configuration',
    hint: 'mend the file; for all projects it has profiles, and nothing else',
  })
  return { file, profiles }
}

/** A project's file is shared: what it says of a password is where to find it. */
function refusePassword(name: string, { databaseUrl, listenUrl }: ProfileEntry, file: string): void {
  for (const [key, template] of Object.entries({ databaseUrl, listenUrl })) {
    if (template === undefined) continue
    const written = fallbacksOf(template)
    const url = readPostgresUrl(/^[a-z]+:\/\//.test(written) ? written : `postgres://${written}`)
    if (!url?.hasPassword) continue
    throw new CliError('invalid-configuration', `${file}: "profiles.${name}.${key}" holds a password.`, {
      hint: 'leave it to ~/.pgpass or PGPASSWORD, or write ${NAME} for a variable that holds it',
    })
  }
}
