import type { Context } from '../../context.ts'
import { readConfigFile } from '../config-file.ts'
import { type ProfileFiles, readProfiles } from './read-profiles.ts'

type ListContext = Pick<Context, 'cwd' | 'env' | 'projectFiles'>

/** Every profile that can be named here. Throws `invalid-configuration`. */
export async function listProfiles(context: ListContext): Promise<ProfileFiles> {
  const project = await readConfigFile(context, { isJudged: false, unused: 'all' })
  return readProfiles(context, project)
}

export async function readProfileNames(context: ListContext): Promise<readonly string[]> {
  return (await listProfiles(context)).profiles.map(({ name }) => name)
}
