import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import type { ProjectFile } from '../core/project-files.ts'
import { findUpward } from './find-upward.ts'
import { type Substituted, substituteEnv } from './substitute-env.ts'
import { requireOwnFile } from './trust.ts'

export interface DbosConfig {
  readonly path: string
  readonly file?: ProjectFile
  readonly systemDatabaseUrl?: Substituted
  readonly name?: Substituted
}

/** What drover takes from the project's `dbos-config.yaml`. */
export async function readDbosConfig(
  context: Pick<Context, 'cwd' | 'env' | 'projectFiles'>,
  { isJudged, isUrlUsed }: { readonly isJudged: boolean; readonly isUrlUsed: boolean },
): Promise<DbosConfig> {
  const found = await findUpward(context, 'dbos-config.yaml')
  if (!found) return { path: 'dbos-config.yaml' }
  if (!isJudged) await requireOwnFile(context, found)
  const content = await parseYaml(found.path, found.text)
  const text = (key: string) => {
    const value = content[key]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string') return substituteEnv(value, context.env, found.path)
    throw new CliError('invalid-configuration', `${found.path}: "${key}" must be a string.`, {
      hint: 'correct the file, or name the database with --db-url',
    })
  }
  refuseOldForm(found.path, content)
  return {
    path: found.path,
    file: found,
    systemDatabaseUrl: isUrlUsed ? text('system_database_url') : undefined,
    name: text('name'),
  }
}

/** DBOS 1.x had the database in parts; drover would pass them over, and look at another database. */
function refuseOldForm(
  path: string,
  { system_database_url: url, database, database_url: oldUrl }: Record<string, unknown>,
): void {
  const key = database ? 'database' : oldUrl ? 'database_url' : undefined
  if (url || key === undefined) return
  throw new CliError(
    'invalid-configuration',
    `${path} names its database under "${key}", as DBOS did before 3.0, and not as system_database_url.`,
    { hint: 'add system_database_url: postgres://USER@HOST:5432/DATABASE_dbos_sys to it, or use --db-url' },
  )
}

/** What is wrong is told by its place alone: the line itself may hold a password. */
async function parseYaml(path: string, text: string): Promise<Record<string, unknown>> {
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, { logLevel: 'silent' })
  const [error] = document.errors
  if (!error) return toMapping(path, toValue(path, document))
  const [start] = error.linePos ?? []
  const place = start ? ` at line ${start.line}, column ${start.col}` : ''
  throw new CliError('invalid-configuration', `${path} is not YAML${place}.`, {
    hint: 'correct the file, or name the database with --db-url',
  })
}

/** Its aliases may stand for more than fits into memory. */
function toValue(path: string, document: { toJS(): unknown }): unknown {
  try {
    return document.toJS() ?? {}
  } catch {
    throw new CliError('invalid-configuration', `${path} holds aliases that cannot be resolved.`, {
      hint: 'correct the file, or name the database with --db-url',
    })
  }
}

function toMapping(path: string, content: unknown): Record<string, unknown> {
  if (typeof content === 'object' && !Array.isArray(content)) return content as Record<string, unknown>
  throw new CliError('invalid-configuration', `${path}: it must hold one mapping of keys to values.`, {
    hint: 'mend the file, or name the database with --db-url',
  })
}
