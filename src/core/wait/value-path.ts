import { isExactNumber } from '../words/exact-number.ts'
import { isUndecoded, type JsonValue } from '../workflow.ts'

interface Found {
  /** The first name of the path. */
  readonly root: string
  readonly value: JsonValue
}

/**
 * The value that `progress.done` stands for: of what is named so as a whole, else of `done` in `progress`. Names may hold
 * dots themselves, so the longest one that leads to a value wins; an index finds an element of an array.
 */
export function findByPath(named: ReadonlyMap<string, JsonValue>, path: string): Found | undefined {
  for (const [root, rest] of splits(path)) {
    const start = named.get(root)
    if (start === undefined) continue
    const value = rest === undefined ? start : valueAt(start, rest)
    if (value !== undefined) return { root, value }
  }
  return undefined
}

/** What a path leads to inside a value; undefined where it leads nowhere. */
export function valueAt(value: JsonValue, path: string): JsonValue | undefined {
  if (value === null || typeof value !== 'object' || isUndecoded(value) || isExactNumber(value))
    return undefined
  return findByPath(new Map(Object.entries(value)), path)?.value
}

/** `a.b.c` as a whole, then `a.b` and `c`, then `a` and `b.c`. */
function* splits(path: string): Generator<readonly [first: string, rest: string | undefined]> {
  yield [path, undefined]
  for (let dot = path.lastIndexOf('.'); dot >= 0; dot = dot === 0 ? -1 : path.lastIndexOf('.', dot - 1)) {
    yield [path.slice(0, dot), path.slice(dot + 1)]
  }
}
