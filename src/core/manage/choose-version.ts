import { eligibleExecutors } from '../diagnosis/eligible-executors.ts'
import { CliError } from '../errors.ts'
import { latestVersionOf } from '../platform.ts'
import type { Store } from '../store.ts'
import { command, phrase } from '../words/command-line.ts'
import type { WorkflowState } from './manage.ts'

/** Which version `--to-version` means. Throws `invalid-argument` for one that nobody ever ran: what is put there never runs. */
export function createVersionChoice(
  store: Store,
  toVersion: string | undefined,
): (state: Pick<WorkflowState, 'application'>) => Promise<string | undefined> {
  if (toVersion === undefined) return async () => undefined
  const chosen = new Map<string | null, Promise<string>>()
  return async ({ application }) => {
    const known = chosen.get(application)
    const version = known ?? chooseVersion(store, application, toVersion)
    if (!known) chosen.set(application, version)
    return version
  }
}

async function chooseVersion(store: Store, application: string | null, toVersion: string): Promise<string> {
  const versions = await store.versions()
  if (toVersion !== 'latest') {
    const live = eligibleExecutors((await store.executors()) ?? [], { application, version: toVersion })
    const isRegistered = versions.some(({ version }) => version === toVersion)
    if (isRegistered || live.length > 0 || versions.length === 0) return toVersion
    throw new CliError('invalid-argument', `No version "${toVersion}" is registered there.`, {
      hint: phrase`${command('versions')}   # lists them; what is put on another one would not run`,
    })
  }
  const latest = latestVersionOf(versions, application)
  if (latest !== undefined) return latest
  throw new CliError(
    'ambiguous-version',
    `No version of ${application ?? 'its application'} is registered there.`,
    { hint: 'name one with --to-version' },
  )
}
