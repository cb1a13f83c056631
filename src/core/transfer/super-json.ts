import { isJsonObject } from '../words/json.ts'
import type { JsonValue } from '../workflow.ts'

/** A value as SuperJSON writes it: plain, and beside it which types stand at which paths, and which are one object. */
export interface SuperJson {
  readonly json: unknown
  readonly meta?: {
    readonly values?: JsonValue
    readonly referentialEqualities?: JsonValue
  }
}

const words = ['json', 'meta', '__dbos_serializer']

export function isSuperJson(value: unknown): value is SuperJson {
  const given = value as JsonValue
  return isJsonObject(given) && 'json' in given && Object.keys(given).every((word) => words.includes(word))
}

/** Without the types of what no longer stands at these paths: text is no Date, and no BigInt at all. */
export function withoutTypesOf(value: SuperJson, taken: readonly (readonly string[])[]): SuperJson {
  const { meta } = value
  if (meta === undefined || taken.length === 0) return value
  const isTaken = (path: readonly string[]) =>
    taken.some((keys) => keys.every((key, index) => path[index] === key))
  const { values, referentialEqualities: same, ...rest } = meta
  const [types, equalities] = [
    values && pruneTypes(values, [], isTaken),
    same && pruneEqualities(same, isTaken),
  ]
  return {
    ...value,
    meta: {
      ...rest,
      ...(types && { values: types }),
      ...(equalities && { referentialEqualities: equalities }),
    },
  }
}

type IsTaken = (path: readonly string[]) => boolean

/** `{path: tree}`, or `[type]`, or `[type, {path: tree}]`. */
function pruneTypes(tree: JsonValue, at: readonly string[], isTaken: IsTaken): JsonValue {
  if (Array.isArray(tree)) {
    const [type, children] = tree
    return isJsonObject(children) ? [type ?? null, pruneTypes(children, at, isTaken)] : tree
  }
  if (!isJsonObject(tree)) return tree
  const kept = Object.entries(tree).flatMap(([key, subtree]) => {
    const path = [...at, ...toPath(key)]
    return isTaken(path) ? [] : [[key, pruneTypes(subtree, path, isTaken)] as const]
  })
  return Object.fromEntries(kept)
}

/** `{path: [path]}`, or `[[path]]` of what is the whole value, or both. */
function pruneEqualities(equalities: JsonValue, isTaken: IsTaken): JsonValue {
  if (Array.isArray(equalities)) {
    const [paths, others] = equalities
    return [keptPaths(paths, isTaken), ...(others === undefined ? [] : [pruneEqualities(others, isTaken)])]
  }
  if (!isJsonObject(equalities)) return equalities
  const kept = Object.entries(equalities).flatMap(([key, paths]) =>
    isTaken(toPath(key)) ? [] : [[key, keptPaths(paths, isTaken)] as const],
  )
  return Object.fromEntries(kept)
}

function keptPaths(paths: JsonValue | undefined, isTaken: IsTaken): JsonValue {
  return Array.isArray(paths) ? paths.filter((path) => !isTaken(toPath(String(path)))) : []
}

/** A dot in a key is written with a backslash before it. */
function toPath(text: string): string[] {
  return text.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'))
}
