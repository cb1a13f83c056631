import { CliError } from '../errors.ts'
import { findByPath } from '../wait/value-path.ts'
import { isExactNumber, stringifyExact } from '../words/exact-number.ts'
import { isJsonObject, parseJsonOrString } from '../words/json.ts'
import type { JsonValue } from '../workflow.ts'

/** `$${` for `${` itself; `${NAME}`, `${NAME.PATH}` and `${NAME:-default}`; and what looks like one and is none. */
const placeholder = /\$\$\{|\$\{([A-Za-z_][\w.-]*?)(?::-([^}]*))?\}|\$\{/g

interface Placeholder {
  readonly name: string
  readonly fallback: string | undefined
}

/** A text in its pieces: what stands there, and what stands for something else. */
export type TextPart = string | Placeholder

/** Throws `invalid-test-file` for a `${` that begins no variable. */
export function partsOfText(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(placeholder)) {
    const [whole, name, fallback] = match
    if (match.index > end) parts.push(text.slice(end, match.index))
    if (whole === '$${') parts.push('${')
    else if (name !== undefined) parts.push({ name, fallback })
    else
      throw new CliError('invalid-test-file', `"${text}" has a \${ that begins no variable`, {
        hint: 'write ${NAME}, ${NAME:-default}, or $${ for the characters themselves',
      })
    end = match.index + whole.length
  }
  if (end < text.length) parts.push(text.slice(end))
  return parts
}

/** Every variable that some text in this value names, but those with a default. */
export function variablesIn(value: unknown): readonly Placeholder[] {
  if (typeof value === 'string')
    return partsOfText(value).flatMap((part) => (typeof part === 'string' ? [] : [part]))
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(variablesIn)
}

/** The value of a variable; undefined where there is none. */
export type Lookup = (name: string) => JsonValue | undefined

/** Of several places the first that knows it, also by a path into a value; last the environment, as JSON if it parses. */
export function createLookup(
  layers: readonly Readonly<Record<string, JsonValue>>[],
  env: Readonly<Record<string, string | undefined>>,
): Lookup {
  return (name) => {
    for (const layer of layers) {
      const found = findByPath(new Map(Object.entries(layer)), name)
      if (found) return found.value
    }
    const text = Object.hasOwn(env, name) ? env[name] : undefined
    return text ? parseJsonOrString(text) : undefined
  }
}

/** The variables of the environment that this value may name, but for those that stand for something else. */
export function environmentIn(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  isOther: (name: string) => boolean = () => false,
): readonly string[] {
  const names = variablesIn(value).map(({ name }) => name)
  return names.filter((name) => env[name] !== undefined && Object.hasOwn(env, name) && !isOther(name))
}

/** As a text, whatever it stands for. Throws `invalid-test-file` for a variable that is nowhere. */
export function substituteText(text: string, lookup: Lookup): string {
  return partsOfText(text)
    .map((part) => (typeof part === 'string' ? part : toText(resolveVariable(part, lookup))))
    .join('')
}

/** A variable that stands alone is its value; within a text it is text. Keys stay as they are. */
export function substituteValue(value: JsonValue, lookup: Lookup): JsonValue {
  if (typeof value === 'string') {
    const parts = partsOfText(value)
    const [only] = parts
    if (parts.length === 1 && only !== undefined && typeof only !== 'string')
      return resolveVariable(only, lookup)
    return substituteText(value, lookup)
  }
  if (Array.isArray(value)) return value.map((item) => substituteValue(item, lookup))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substituteValue(one, lookup)]))
}

/** Throws `invalid-test-file`. */
export function resolveVariable({ name, fallback }: Placeholder, lookup: Lookup): JsonValue {
  const found = lookup(name)
  if (found !== undefined) return found
  if (fallback !== undefined) return parseJsonOrString(fallback)
  throw new CliError('invalid-test-file', `\${${name}} is not set`, {
    hint: `export ${name}=…, name it under vars, or write \${${name}:-default}`,
  })
}

export function toText(value: JsonValue): string {
  return typeof value === 'string' || isExactNumber(value) ? String(value) : stringifyExact(value)
}
