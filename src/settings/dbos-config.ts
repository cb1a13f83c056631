import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import { findUpward } from './find-upward.ts'
import { substituteEnv } from './substitute-env.ts'

export interface DbosConfig {
  readonly path: string
  readonly systemDatabaseUrl?: string
  readonly name?: string
}

/** What drover takes from the project's `dbos-config.yaml`. */
export async function readDbosConfig(
  context: Pick<Context, 'cwd' | 'env' | 'readFile'>,
): Promise<DbosConfig> {
  const found = await findUpward(context, 'dbos-config.yaml')
  if (!found) return { path: 'dbos-config.yaml' }
  const content = await parseYaml(found.path, found.text)
  const text = (key: string) => {
    const value = content[key]
    return typeof value === 'string' ? substituteEnv(value, context.env, found.path) : undefined
  }
  return { path: found.path, systemDatabaseUrl: text('system_database_url'), name: text('name') }
}

async function parseYaml(path: string, text: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml')
  try {
    return parse(text) ?? {}
  } catch (cause) {
    throw new CliError('invalid-configuration', `${path} is not YAML: ${(cause as Error).message}`, {
      hint: 'mend the file, or name the database with --db-url',
      cause,
    })
  }
}
