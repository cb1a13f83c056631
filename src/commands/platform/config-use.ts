import path from 'node:path'
import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import { addOutputOptions, type OutputFlags, printOne } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { requireProfile } from '../../settings/profile/choose-profile.ts'
import { listProfiles } from '../../settings/profile/list-profiles.ts'
import { type DatabaseFlags, readSettings } from '../../settings/settings.ts'

interface UseFlags extends DatabaseFlags, OutputFlags {
  readonly none: boolean
}

export function useCommand(context: Context): Command {
  const command = new Command('use')
    .summary('work with this profile where nothing else names a database')
    .argument('[profile]', 'its name; never that of a protected one')
    .option('--none', 'with no profile from now on', false)
    .action((name: string | undefined, _, command: Command) =>
      runUse(context, name, command.optsWithGlobals<UseFlags>()),
    )
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runUse(context: Context, name: string | undefined, flags: UseFlags): Promise<void> {
  if ((name === undefined) !== flags.none) {
    throw new CliError('usage', 'Name the profile to use, or say --none.', {
      hint: command('config profiles'),
    })
  }
  const files = await listProfiles(context)
  const known = new Set([files.projectFile, files.userFile].filter((file) => file !== undefined))
  const found = name === undefined ? undefined : requireProfile(files, name)
  if (found?.isProtected) {
    throw new CliError('usage', `${found.name} is protected: it is named each time.`, {
      hint: `say it each time: --profile ${found.name}`,
    })
  }
  const { projectFiles } = context
  // One counts at a time: the project's goes first, and would be in the way of the user's.
  for (const file of known)
    await projectFiles.useProfile(file, file === found?.file.path ? found.name : undefined)
  printNotice(context, found ? describeUse(found) : 'No profile is used from now on.')
  if (found) await noteWhatGoesBefore(context, found.name)
  await printOne(context, flags, { json: { profile: found?.name ?? null, file: found?.file.path ?? null } })
}

function describeUse({ name, file, isOfUser }: ReturnType<typeof requireProfile>): string {
  const where = isOfUser
    ? 'wherever nothing else names a database'
    : `in ${path.dirname(file.path)} and below`
  return `Using ${name} ${where}.`
}

/** A word now is better than another database later. */
async function noteWhatGoesBefore(context: Context, name: string): Promise<void> {
  const { profile, databaseUrl, database } = await readSettings(context, {})
  if (profile?.name === name && profile.source === 'config use') return
  const source = profile?.source ?? (databaseUrl ?? database).source
  printNotice(context, `warning: ${source} goes before it, and names the database here.`)
}
