import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile/profile.ts'
import { command, phrase, quotedList } from '../../core/words/command-line.ts'
import { nearest } from '../../core/words/nearest.ts'
import type { ConfigFile } from '../config-file.ts'
import type { Setting } from '../setting.ts'
import { type Substituted, substituteEnv } from '../substitute-env.ts'
import { type ProfileFiles, readProfiles, type WrittenProfile } from './read-profiles.ts'

type ProfileContext = Pick<Context, 'env' | 'projectFiles'>

/** A profile that counts now, with what it says. */
export interface ChosenProfile extends Profile {
  readonly written: WrittenProfile
  /** Of its texts, for messages. */
  readonly place: string
  text(key: 'databaseUrl' | 'database' | 'listenUrl' | 'schema' | 'application'): Substituted | undefined
}

/** The profile that somebody named. Throws `usage` for one that there is not, `invalid-configuration`. */
export async function findProfile(
  context: ProfileContext,
  project: ConfigFile,
  { value, source }: Setting<string>,
): Promise<ChosenProfile> {
  const files = await readProfiles(context, project)
  return choose(context, requireProfile(files, value), source)
}

/** The one that `config use` chose for here, if one was. Throws `invalid-configuration` for one that must not be by now. */
export async function findUsedProfile(
  context: ProfileContext,
  project: ConfigFile,
): Promise<ChosenProfile | undefined> {
  const files = await readProfiles(context, project)
  for (const file of [files.projectFile, files.userFile]) {
    const name = file === undefined ? undefined : await context.projectFiles.usedProfile(file)
    if (name === undefined) continue
    const found = files.profiles.find((one) => one.name === name && one.file.path === file)
    if (!found) throw noLonger(name, `is not in ${file} any more`)
    if (found.isProtected) throw noLonger(name, 'is protected by now')
    return choose(context, found, 'config use')
  }
  return undefined
}

function noLonger(name: string, problem: string): CliError {
  return new CliError('invalid-configuration', `The profile ${name}, which was chosen by use, ${problem}.`, {
    hint: phrase`${command('config use', [], { '--none': true })}   # or name it: --profile ${name}`,
  })
}

/** Throws `usage` with the one that was probably meant. */
export function requireProfile({ profiles, userFile }: ProfileFiles, name: string): WrittenProfile {
  const found = profiles.find((one) => one.name === name)
  if (found) return found
  const names = profiles.map((one) => one.name)
  const meant = nearest(name, names)
  throw new CliError('usage', `There is no profile "${name}".`, {
    hint:
      names.length === 0
        ? phrase`no profile is written yet: "profiles" in drover.config.json, or in ${userFile}`
        : meant === undefined
          ? phrase`there are: ${quotedList(names)}`
          : phrase`did you mean ${meant}? ${command('config profiles')} lists them`,
  })
}

function choose({ env }: ProfileContext, written: WrittenProfile, source: string): ChosenProfile {
  const { name, entry, file, isReadOnly, isProtected } = written
  if (entry.databaseUrl === undefined && entry.database === undefined) {
    throw new CliError('invalid-configuration', `${file.path}: "profiles.${name}" names no database.`, {
      hint: 'give it a databaseUrl, or a database of the embedded Postgres',
    })
  }
  return {
    name,
    source,
    isTyped: source === '--profile',
    isReadOnly,
    isProtected,
    written,
    place: `profile ${name} in ${file.path}`,
    text: (key) => {
      const template = entry[key]
      return template === undefined ? undefined : substituteEnv(template, env, file.path)
    },
  }
}
