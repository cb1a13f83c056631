import type { Context } from '../context.ts'
import type { WorkflowProfiles } from '../core/decide/answer-profile.ts'
import { CliError } from '../core/errors.ts'
import { isJsonObject } from '../core/words/json.ts'
import { nearest } from '../core/words/nearest.ts'
import type { JsonValue } from '../core/workflow.ts'
import { findUpward } from './find-upward.ts'
import { substituteEnv } from './substitute-env.ts'

const fileName = 'drover.config.json'
const textKeys = ['databaseUrl', 'listenUrl', 'database', 'schema', 'app', 'application', 'audit'] as const
const profileKeys = ['topic', 'step', 'approve', 'reject'] as const

export interface ConfigFile extends Readonly<Partial<Record<(typeof textKeys)[number], string>>> {
  readonly path: string
  readonly workflows?: Readonly<Record<string, WorkflowProfiles>>
}

/** The project's `drover.config.json`, checked. Throws `invalid-configuration` with the key that is wrong. */
export async function readConfigFile(
  context: Pick<Context, 'cwd' | 'env' | 'readFile'>,
): Promise<ConfigFile> {
  const found = await findUpward(context, fileName)
  if (!found) return { path: fileName }
  const content = parseConfig(found.path, found.text)
  const { $schema: _, workflows, ...rest } = content
  refuseUnknownKeys(found.path, rest, textKeys)
  const texts = Object.entries(rest).map(([key, value]) => {
    if (typeof value !== 'string') throw invalid(found.path, `"${key}" must be a string`)
    return [key, substituteEnv(value, context.env, found.path)] as const
  })
  if (rest.audit !== undefined && rest.audit !== 'on' && rest.audit !== 'off') {
    throw invalid(found.path, '"audit" must be "on" or "off"')
  }
  return {
    path: found.path,
    ...Object.fromEntries(texts),
    workflows: workflows === undefined ? undefined : toProfiles(found.path, workflows),
  }
}

/** What is wrong is told by its place alone: the line itself may hold a password. */
function parseConfig(path: string, text: string): { readonly [key: string]: JsonValue } {
  const content = parseOrFail(path, text)
  if (!isJsonObject(content)) throw invalid(path, 'it must hold one JSON object')
  return content
}

function parseOrFail(path: string, text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch (error) {
    const offset = /at position (\d+)/.exec((error as Error).message)?.[1]
    const before = text.slice(0, Number(offset ?? 0)).split('\n')
    const place = offset ? ` at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}` : ''
    throw invalid(path, `it is not JSON${place}`)
  }
}

function toProfiles(path: string, workflows: JsonValue): Record<string, WorkflowProfiles> {
  if (!isJsonObject(workflows)) throw invalid(path, '"workflows" must be an object, by workflow name')
  for (const [name, profiles] of Object.entries(workflows)) {
    const key = `workflows.${name}`
    if (!Array.isArray(profiles)) requireProfile(path, key, profiles)
    else requireProfiles(path, key, profiles)
  }
  return workflows as Record<string, WorkflowProfiles>
}

/** One for each topic or step: of two for the same wait nobody knows which one is meant. */
function requireProfiles(path: string, key: string, profiles: readonly JsonValue[]): void {
  const places = new Map<string, string>()
  for (const [index, profile] of profiles.entries()) {
    const here = `${key}[${index}]`
    const { topic, step } = requireProfile(path, here, profile)
    const place = JSON.stringify([step ?? null, topic === undefined ? [] : topic])
    const other = places.get(place)
    if (other !== undefined) throw invalid(path, `"${here}" is for the same topic and step as "${other}"`)
    places.set(place, here)
  }
}

function requireProfile(
  path: string,
  key: string,
  profile: JsonValue,
): { readonly [key: string]: JsonValue } {
  if (!isJsonObject(profile)) throw invalid(path, `"${key}" must be an object, or an array of objects`)
  refuseUnknownKeys(path, profile, profileKeys)
  const { topic, step } = profile
  if (topic === '' || (topic !== undefined && topic !== null && typeof topic !== 'string')) {
    throw invalid(path, `"${key}.topic" must be a string, or null for none`)
  }
  if (step !== undefined && !(Number.isSafeInteger(step) && Number(step) >= 0)) {
    throw invalid(path, `"${key}.step" must be a whole number of zero or more`)
  }
  return profile
}

function refuseUnknownKeys(path: string, object: object, known: readonly string[]): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key))
  if (unknown === undefined) return
  const meant = nearest(unknown, known)
  throw invalid(path, `"${unknown}" is not a setting${meant ? `; did you mean "${meant}"?` : ''}`, known)
}

function invalid(path: string, problem: string, known?: readonly string[]): CliError {
  return new CliError('invalid-configuration', `${path}: ${problem}${problem.endsWith('?') ? '' : '.'}`, {
    hint: known ? `the settings are: ${known.join(', ')}` : 'correct the file',
  })
}
