import type { Context } from '../context.ts'
import type { WorkflowProfiles } from '../core/decide/answer-profile.ts'
import { CliError } from '../core/errors.ts'
import type { ProfileEntry } from '../core/files/profile-schema.ts'
import type { ProjectFile } from '../core/project-files.ts'
import { parseExact } from '../core/words/exact-number.ts'
import { isJsonObject } from '../core/words/json.ts'
import type { JsonValue } from '../core/workflow.ts'
import { findUpward } from './find-upward.ts'
import { type Substituted, substituteEnv } from './substitute-env.ts'
import { requireOwnFile } from './trust.ts'

const fileName = 'drover.config.json'
const substitutedKeys = ['databaseUrl', 'listenUrl', 'database', 'schema', 'app', 'application'] as const

/** What of the experiment's server has another name here. */
export type ExperimentNames = Readonly<
  Partial<Record<'events' | 'messaging' | 'streaming' | 'topic' | 'streamKey', string>>
>

export interface ConfigFile extends Readonly<Partial<Record<(typeof substitutedKeys)[number], Substituted>>> {
  readonly path: string
  readonly file?: ProjectFile
  readonly audit?: 'on' | 'off' | 'required'
  readonly workflows?: Readonly<Record<string, WorkflowProfiles>>
  readonly experiment?: ExperimentNames | undefined
  readonly profiles?: Readonly<Record<string, ProfileEntry>>
}

interface ConfigUse {
  readonly isJudged: boolean
  /** Something else names the database: a variable that only these use need not be set. */
  readonly unused?: readonly (typeof substitutedKeys)[number][] | 'all'
}

/** The project's `drover.config.json`, checked. Throws `invalid-configuration` with the key that is wrong. */
export async function readConfigFile(
  context: Pick<Context, 'cwd' | 'env' | 'projectFiles'>,
  { isJudged, unused = [] }: ConfigUse,
): Promise<ConfigFile> {
  const file = await findUpward(context, fileName)
  if (!file) return { path: fileName }
  if (!isJudged) await requireOwnFile(context, file)
  const { requireShape } = await import('../core/files/check-shape.ts')
  const { configSchema } = await import('../core/files/config-schema.ts')
  const content = parseConfig(file)
  const { audit, gateway, ...rest } = requireShape(configSchema, content, {
    file: file.path,
    code: 'invalid-configuration',
    hint: 'mend the file',
  })
  const texts = substitutedKeys.flatMap((key) =>
    rest[key] === undefined || unused === 'all' || unused.includes(key)
      ? []
      : [[key, substituteEnv(rest[key], context.env, file.path)] as const],
  )
  return {
    path: file.path,
    file,
    ...Object.fromEntries(texts),
    audit,
    // As it stands: the schema library leaves out names such as `constructor`.
    workflows: content.workflows as ConfigFile['workflows'],
    experiment: gateway?.experiment,
    profiles: rest.profiles,
  }
}

/** Its numbers keep their digits. What is wrong is told by its place alone: the line itself may hold a password. */
export function parseConfig({ path, text }: ProjectFile): { readonly [key: string]: JsonValue } {
  const content = parseOrFail(path, text)
  if (isJsonObject(content)) return content
  throw invalid(path, 'it must hold one JSON object')
}

function parseOrFail(path: string, text: string): JsonValue {
  try {
    // Where it is not JSON the error is that of the text as it stands.
    JSON.parse(text)
    return parseExact(text)
  } catch (error) {
    const offset = /at position (\d+)/.exec((error as Error).message)?.[1]
    const before = text.slice(0, Number(offset ?? 0)).split('\n')
    const place = offset ? ` at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}` : ''
    throw invalid(path, `it is not JSON${place}`)
  }
}

function invalid(path: string, problem: string): CliError {
  return new CliError('invalid-configuration', `${path}: ${problem}.`, { hint: 'mend the file' })
}
