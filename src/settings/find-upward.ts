import path from 'node:path'
import type { Context } from '../context.ts'
import type { ProjectFile } from '../core/project-files.ts'

/** The nearest file of this name in the current directory or above it. */
export async function findUpward(
  { cwd, projectFiles }: Pick<Context, 'cwd' | 'projectFiles'>,
  name: string,
): Promise<ProjectFile | undefined> {
  for (let directory = cwd; ; directory = path.dirname(directory)) {
    const file = await projectFiles.read(path.join(directory, name))
    if (file !== undefined) return file
    if (path.dirname(directory) === directory) return undefined
  }
}
