import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { listVersions } from '../../../core/run/list-versions.ts'
import { command } from '../../../core/words/command-line.ts'
import { addListOptions, type OutputFlags, printOne, printRows } from '../../../frame/output-format.ts'
import { addSignatureOptions } from '../../../frame/record/sign.ts'
import { withReadStore, withStore } from '../../../frame/with-store.ts'
import { versionColumns } from '../../../render/columns/platform-columns.ts'
import { toVersionJson } from '../../../render/to-json.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'
import { settleResult } from '../platform-result.ts'
import { renameApplicationCommand } from './rename-application.ts'

interface VersionFlags extends DatabaseFlags, OutputFlags {}

const seeVersions = command('versions')

export function versionsCommand(context: Context): Command {
  const command = addListOptions(new Command('versions'), ['table', 'json', 'jsonl', 'ids'])
    .summary('list versions with who runs them; promote one; rename an application')
    .description(
      'List the versions of the applications: who runs each now, and how many workflows belong to it. Executors take workflows that name no version only as the latest one.',
    )
    .action((_, own: Command) => runList(context, own.optsWithGlobals<VersionFlags>()))
  const promote = addSignatureOptions(new Command('promote'))
    .summary('make a version the latest of its application')
    .argument('<version>')
    .action((version: string, _, own: Command) => {
      const flags = own.optsWithGlobals<VersionFlags>()
      return withStore(context, flags, async (store) => {
        await settleResult(context, await store.promoteVersion(version), {
          changed: `${version} is the latest version now.`,
          noOp: `${version} is the latest version already.`,
          noOpHint: seeVersions,
          notFound: `No version "${version}" is registered there.`,
          notFoundHint: () => seeVersions,
        })
        const row = (await listVersions(store)).find((one) => one.version === version && one.isLatest)
        await printOne(context, flags, { json: row ? toVersionJson(row) : { version }, id: version })
      })
    })
  for (const verb of [promote, renameApplicationCommand(context)]) {
    command.addCommand(verb.copyInheritedSettings(command))
  }
  return command
}

async function runList(context: Context, flags: VersionFlags): Promise<void> {
  await withReadStore(context, flags, async (store) => {
    await printRows(context, flags, {
      rows: await listVersions(store),
      columns: versionColumns,
      toJson: toVersionJson,
      toId: ({ version }) => version,
      empty: `No version is registered in ${store.database.label}.`,
    })
  })
}
