import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { type ProfileRow, profileColumns } from '../../render/columns/profile-columns.ts'
import { listProfiles } from '../../settings/profile/list-profiles.ts'
import type { WrittenProfile } from '../../settings/profile/read-profiles.ts'
import { type DatabaseFlags, readSettings } from '../../settings/settings.ts'
import { describeSetting } from '../../settings/target.ts'

interface ProfilesFlags extends DatabaseFlags, OutputFlags {}

export function profilesCommand(context: Context): Command {
  const command = new Command('profiles')
    .summary('list the databases that have a name, and which one is used')
    .action((_, command: Command) => runProfiles(context, command.optsWithGlobals<ProfilesFlags>()))
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runProfiles(context: Context, flags: ProfilesFlags): Promise<void> {
  const { profiles, userFile } = await listProfiles(context)
  const chosen = await readChosen(context, flags)
  const rows = await Promise.all(profiles.map((profile) => toRow(context, flags, profile, chosen)))
  await printRows(context, flags, {
    rows,
    columns: profileColumns,
    toJson: (row) => row,
    toId: ({ name }) => name,
    empty: `No profile is written: neither in a drover.config.json here or above, nor in ${userFile}.`,
  })
}

type Chosen = { readonly name: string; readonly source: string } | null

/** What is wrong with the settings says nothing of the profiles. */
async function readChosen(context: Context, flags: DatabaseFlags): Promise<Chosen> {
  try {
    return (await readSettings(context, flags)).profile
  } catch (error) {
    if (error instanceof CliError) return null
    throw error
  }
}

async function toRow(
  context: Context,
  flags: DatabaseFlags,
  { name, file, isReadOnly, isProtected }: WrittenProfile,
  chosen: Chosen,
): Promise<ProfileRow> {
  return {
    name,
    ...(await describe(context, flags, name)),
    readOnly: isReadOnly,
    protected: isProtected,
    usedBy: chosen?.name === name ? chosen.source : null,
    file: file.path,
  }
}

/** Without its password; where it names a variable that is not set, what is missing. */
async function describe(
  context: Context,
  { schema }: DatabaseFlags,
  profile: string,
): Promise<Pick<ProfileRow, 'database' | 'schema' | 'problem'>> {
  try {
    const settings = await readSettings(context, { profile, schema })
    const { databaseUrl, database } = settings
    return {
      database: databaseUrl
        ? await describeSetting(context, databaseUrl)
        : `embedded database ${database.value}`,
      schema: settings.schema.value,
      problem: null,
    }
  } catch (error) {
    if (error instanceof CliError) return { database: null, schema: null, problem: error.message }
    throw error
  }
}
