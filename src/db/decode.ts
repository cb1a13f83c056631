import { isJsonObject } from '../core/json.ts'
import { isUndecoded, type JsonValue, type WorkflowError } from '../core/workflow.ts'

/**
 * A stored value as JSON; never throws. SuperJSON keeps a plain form beside its types (a Date is its ISO text, a Map its
 * pairs, `undefined` is null), and that form is what drover shows. What cannot be read becomes `Undecoded`.
 */
export function decodeValue(text: string | null, serialization: string | null): JsonValue {
  if (text === null) return null
  const decode = decoders.get(serialization ?? '')
  try {
    if (decode) return decode(text)
  } catch {
    // Shown as it is below.
  }
  return { $undecoded: serialization ?? nameUnlabelled(text), raw: text }
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
  const value = decodeValue(text, serialization)
  if (isUndecoded(value)) {
    const size = Buffer.byteLength(value.raw)
    return { name: 'Error', message: `<${value.$undecoded} ${size} B>`, data: value as unknown as JsonValue }
  }
  if (!isJsonObject(value)) {
    return { name: 'Error', message: typeof value === 'string' ? value : JSON.stringify(value) }
  }
  const { name, message, code, data, stack, cause } = value
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : JSON.stringify(message ?? value),
    ...(code !== undefined && code !== null && { code }),
    ...(data !== undefined && data !== null && { data }),
    ...(typeof stack === 'string' && { stack }),
    ...(cause !== undefined && cause !== null && { cause }),
  }
}

/** The mark with which a stream is closed, as the SDKs of all languages and ages write it. */
export const streamEndMarks = [
  '"__DBOS_STREAM_CLOSED__"',
  '__DBOS_STREAM_CLOSED__',
  'gASVGgAAAAAAAACMFl9fREJPU19TVFJFQU1fQ0xPU0VEX1+ULg==',
] as const

export function isStreamEnd(text: string): boolean {
  return (streamEndMarks as readonly string[]).includes(text)
}

/** By the name in the column `serialization`; values of older SDKs have none. */
const decoders = new Map<string, (text: string) => JsonValue>([
  ['js_superjson', (text) => toPlain(JSON.parse(text))],
  ['portable_json', (text) => JSON.parse(text)],
  ['java_jackson', (text) => JSON.parse(text)],
  ['DBOS_JSON', decodeGoJson],
  ['', (text) => toPlain(JSON.parse(text))],
])

/** The plain half of a SuperJSON envelope, or the value itself where there is no envelope. */
function toPlain(parsed: JsonValue): JsonValue {
  if (!isJsonObject(parsed)) return parsed
  const isEnvelope =
    '__dbos_serializer' in parsed ||
    ('json' in parsed && Object.keys(parsed).every((key) => key === 'json' || key === 'meta'))
  return isEnvelope ? (parsed.json ?? null) : parsed
}

function decodeGoJson(text: string): JsonValue {
  if (text === '__DBOS_NIL') return null
  const json = Buffer.from(text, 'base64').toString('utf8')
  return json === '__DBOS_NIL' ? null : JSON.parse(json)
}

/** Older Python wrote base64 pickles without saying so. */
function nameUnlabelled(text: string): string {
  return /^gA[A-Za-z0-9+/]+=*$/.test(text) ? 'py_pickle' : 'unknown'
}
