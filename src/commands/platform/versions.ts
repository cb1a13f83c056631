import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { eligibleExecutors, isKnownToRun, type Wanted } from '../../core/diagnosis/eligible-executors.ts'
import type { LiveExecutor } from '../../core/diagnosis/situation.ts'
import type { Store } from '../../core/store.ts'
import { addOutputOptions, type OutputFlags, printOne, printRows } from '../../frame/output-format.ts'
import { withStore } from '../../frame/with-store.ts'
import { type VersionRow, versionColumns } from '../../render/columns/platform-columns.ts'
import { toVersionJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { settleResult } from './platform-result.ts'

interface VersionFlags extends DatabaseFlags, OutputFlags {}

export function versionsCommand(context: Context): Command {
  const command = addOutputOptions(new Command('versions'), ['table', 'json', 'jsonl', 'ids'])
    .summary('list versions with who runs them; promote one')
    .description(
      'List the versions of the applications: who runs each now, and how many workflows belong to it. Executors take workflows that name no version only as the latest one.',
    )
    .action((_, own: Command) => runList(context, own.optsWithGlobals<VersionFlags>()))
  const promote = new Command('promote')
    .summary('make a version the latest of its application')
    .argument('<version>')
    .action((version: string, _, own: Command) => {
      const flags = own.optsWithGlobals<VersionFlags>()
      return withStore(context, flags, async (store) => {
        settleResult(context, await store.promoteVersion(version), {
          changed: `${version} is the latest version now.`,
          noOp: `${version} is the latest version already.`,
          noOpHint: 'drover versions',
          notFound: `No version "${version}" is registered there.`,
          notFoundHint: 'drover versions',
        })
        const row = (await toRows(store)).find((one) => one.version === version && one.isLatest)
        await printOne(context, flags, { json: row ? toVersionJson(row) : { version }, id: version })
      })
    })
  command.addCommand(promote.copyInheritedSettings(command))
  return command
}

async function runList(context: Context, flags: VersionFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    await printRows(context, flags, {
      rows: await toRows(store),
      columns: versionColumns,
      toJson: toVersionJson,
      toId: ({ version }) => version,
      empty: `No version is registered in ${store.database.label}.`,
    })
  })
}

async function toRows(store: Store): Promise<VersionRow[]> {
  const versions = await store.versions()
  const executors = await store.executors()
  const active = await store.countBy({ status: ['PENDING', 'ENQUEUED', 'DELAYED'] }, 'version')
  const all = await store.countBy({}, 'version')
  const countOf = (counts: typeof all, version: string) =>
    counts.find(({ value }) => value === version)?.count ?? 0
  return versions.map((one) => ({
    ...one,
    ...countWorkers(executors, one),
    active: countOf(active, one.version),
    total: countOf(all, one.version),
  }))
}

function countWorkers(
  executors: readonly LiveExecutor[] | undefined,
  wanted: Wanted,
): Pick<VersionRow, 'workers' | 'unsureWorkers'> {
  if (executors === undefined) return { workers: null, unsureWorkers: null }
  const workers = executors.filter((executor) => isKnownToRun(executor, wanted)).length
  return { workers, unsureWorkers: eligibleExecutors(executors, wanted).length - workers }
}
