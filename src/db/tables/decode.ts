import { rememberJson } from '../../core/stored-json.ts'
import { endOfString, parseExact, stringifyExact } from '../../core/words/exact-number.ts'
import { isJsonObject } from '../../core/words/json.ts'
import { isUndecoded, type JsonValue, type WorkflowError } from '../../core/workflow.ts'
import { envelope, holdsCanonicalJson, toUtf8 } from './canonical-json.ts'

/**
 * A stored value as JSON; never throws. SuperJSON keeps a plain form beside its types (a Date is its ISO text, a Map its
 * pairs, `undefined` is null), and that form is what drover shows. What cannot be read becomes `Undecoded`.
 */
export function decodeValue(text: string | null, serialization: string | null): JsonValue {
  if (text === null) return null
  if (serialization === usualSerialization && text.length >= longText) {
    const value = decodeCanonical(text)
    if (value !== undefined) return value
  }
  const decode = decoders.get(serialization ?? '')
  try {
    if (decode && !isTooDeep(text)) return decode(text)
  } catch {
    // Shown as it is below.
  }
  return { $undecoded: serialization ?? nameUnlabelled(text), raw: text }
}

/** A shorter one is as soon written again as it is looked at. */
const longText = 10_000

/** Undefined where it is written otherwise than drover would write it, or there is more to it than JSON. */
function decodeCanonical(text: string): JsonValue | undefined {
  const stored = toUtf8(Buffer.from(text))
  if (!holdsCanonicalJson(stored, 0, stored.bytes.length)) return undefined
  const json = text.slice(envelope.head.length, text.length - envelope.tail.length)
  return rememberJson(JSON.parse(json), json)
}

/** The arguments of a workflow; an object with `positionalArgs` and `namedArgs` where there are named ones. */
export function decodeInput(text: string | null, serialization: string | null): JsonValue {
  const input = decodeValue(text, serialization)
  if (!isJsonObject(input) || !Array.isArray(input.positionalArgs)) return input
  const hasNamed = isJsonObject(input.namedArgs) && Object.keys(input.namedArgs).length > 0
  return hasNamed ? input : input.positionalArgs
}

export function decodeError(text: string | null, serialization: string | null): WorkflowError | null {
  if (text === null) return null
  const value = unwrapMessage(decodeValue(text, serialization))
  if (isUndecoded(value)) {
    // Go keeps the bare text of an error, whatever its values are written in.
    if (value.$undecoded.startsWith('DBOS_')) return { name: 'Error', message: value.raw }
    const size = Buffer.byteLength(value.raw)
    return { name: 'Error', message: `<${value.$undecoded} ${size} B>`, data: value as unknown as JsonValue }
  }
  if (!isJsonObject(value)) {
    return { name: 'Error', message: typeof value === 'string' ? value : stringifyExact(value) }
  }
  const { name, message, code, data, stack, cause } = value
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : stringifyExact(message ?? value),
    ...(code !== undefined && code !== null && { code }),
    ...(data !== undefined && data !== null && { data }),
    ...(typeof stack === 'string' && { stack }),
    ...(cause !== undefined && cause !== null && { cause }),
  }
}

/** The SDK hands on the error of a workflow in another language as an error whose message is the JSON of that one. */
function unwrapMessage(value: JsonValue): JsonValue {
  if (!isJsonObject(value) || typeof value.message !== 'string' || !value.message.startsWith('{'))
    return value
  if (isTooDeep(value.message)) return value
  try {
    const inner: JsonValue = parseExact(value.message)
    const isError = isJsonObject(inner) && typeof inner.name === 'string' && typeof inner.message === 'string'
    return isError ? inner : value
  } catch {
    return value
  }
}

/** In which the SDK for TypeScript writes. */
export const usualSerialization = 'js_superjson'

/** Whether a workflow's SDK reads only portable JSON of what ours writes: it is in Python, Go or Java, or asked for it. */
export function needsPortable(serialization: string | null): boolean {
  return serialization !== null && serialization !== usualSerialization
}

/** By the name in the column `serialization`; values of older SDKs have none. */
const decoders = new Map<string, (text: string) => JsonValue>([
  [usualSerialization, (text) => toPlain(parseExact(text), text)],
  ['portable_json', (text) => parseExact(text)],
  ['java_jackson', (text) => parseExact(text)],
  ['DBOS_JSON', decodeGoJson],
  ['', (text) => toPlain(parseExact(text, text.includes('"dbos_type"') ? reviveTyped : undefined), text)],
])

/** SDK 3 wrote a Date or a BigInt as `{ dbos_type, dbos_data }`. */
function reviveTyped(_key: string, value: JsonValue): JsonValue {
  return isJsonObject(value) && 'dbos_type' in value && 'dbos_data' in value
    ? (value.dbos_data ?? null)
    : value
}

/** Deeper than anybody means it, and soon deeper than the stack of whoever prints it. */
const maxDepth = 500

function isTooDeep(text: string): boolean {
  if (text.length < 2 * maxDepth) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === quote) at = endOfString(text, at)
    else if (character === openBracket || character === openBrace) {
      if (++depth > maxDepth) return true
    } else if (character === closeBracket || character === closeBrace) depth--
  }
  return false
}

const [quote, openBracket, closeBracket, openBrace, closeBrace] = Array.from('"[]{}', (character) =>
  character.charCodeAt(0),
)

/** The plain half of a SuperJSON envelope, its zeros negative again, or the value itself where there is no envelope. */
function toPlain(parsed: JsonValue, text: string): JsonValue {
  if (!isJsonObject(parsed)) return parsed
  const isEnvelope =
    '__dbos_serializer' in parsed ||
    ('json' in parsed && Object.keys(parsed).every((key) => key === 'json' || key === 'meta'))
  if (!isEnvelope) return parsed
  const plain = parsed.json ?? null
  return isJsonObject(parsed.meta) && text.includes('"-0"') ? restoreZeros(plain, parsed.meta.values) : plain
}

/**
 * SuperJSON writes a negative zero as the text `-0`, and names its place in `meta.values`: a tree whose keys are paths
 * (a dot in a name is `\.`) and whose leaves are `["number"]`, or `["map", { … }]` where there is more below.
 */
function restoreZeros(value: JsonValue, places: JsonValue | undefined): JsonValue {
  const [type, below] = Array.isArray(places) ? places : [undefined, places]
  if (type === 'number' && value === '-0') return parseExact(value)
  if (isJsonObject(below)) {
    for (const [path, next] of Object.entries(below)) restoreAt(value, keysOf(path), next)
  }
  return value
}

function restoreAt(root: JsonValue, keys: readonly string[], places: JsonValue): void {
  let holder = root
  for (const [index, key] of keys.entries()) {
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key)) return
    const held: JsonValue = Reflect.get(holder, key)
    if (index < keys.length - 1) holder = held
    else {
      const value = restoreZeros(held, places)
      if (value !== held) Object.defineProperty(holder, key, { value })
    }
  }
}

function keysOf(path: string): string[] {
  return path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'))
}

function decodeGoJson(text: string): JsonValue {
  if (text === '__DBOS_NIL') return null
  const json = Buffer.from(text, 'base64').toString('utf8')
  if (isTooDeep(json)) throw new RangeError('too deep')
  return json === '__DBOS_NIL' ? null : parseExact(json)
}

/** Older Python wrote base64 pickles without saying so. */
function nameUnlabelled(text: string): string {
  return /^gA[A-Za-z0-9+/]+=*$/.test(text) ? 'py_pickle' : 'unknown'
}
