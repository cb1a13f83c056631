import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import type { ProjectFile } from '../core/project-files.ts'
import { command, phrase } from '../core/words/command-line.ts'
import type { FileHost } from './file-hosts.ts'

const hint = phrase`${command('config trust')}   # once you read the file`

type Surroundings = Pick<Context, 'env' | 'projectFiles'>

/** Throws `invalid-configuration` for a file that somebody else wrote, or could have, unless this user trusts it. */
export async function requireOwnFile(context: Surroundings, file: ProjectFile): Promise<void> {
  if (file.author === undefined || (await isTrusted(context, file))) return
  throw new CliError('invalid-configuration', `${file.path} ${describeAuthor(file)}.`, { hint })
}

/**
 * Throws `invalid-configuration` where a file would have something of the environment sent to a host of its choice.
 * `others`: what else a command sends of it, in words.
 */
export async function requireTrustedHosts(
  context: Surroundings,
  hosts: readonly FileHost[],
  files: readonly ProjectFile[],
  others: readonly string[] = [],
): Promise<void> {
  for (const host of hosts) {
    const carried = [...host.carried, ...(host.isThisMachine ? [] : others)]
    if (carried.length === 0) continue
    const involved = await Promise.all(files.map((file) => isTrusted(context, file)))
    if (involved.every(Boolean)) continue
    throw new CliError('invalid-configuration', `${describeHost({ ...host, carried })}.`, { hint })
  }
}

async function isTrusted(context: Surroundings, file: ProjectFile): Promise<boolean> {
  return trustsAll(context) || (await context.projectFiles.isTrusted(file))
}

export function trustsAll({ env }: Pick<Context, 'env'>): boolean {
  return env.DROVER_TRUST_CONFIG === '1'
}

export function describeAuthor({ author }: ProjectFile): string {
  return author === 'everybody' ? 'can be written to by every user' : 'belongs to another user'
}

export function describeHost({ file, host, carried }: FileHost): string {
  return `${file.path} sends ${carried.join(' and ')} to ${host}, a host that only this file names`
}
