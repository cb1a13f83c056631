import { isExactNumber } from '../../words/exact-number.ts'
import { isJsonObject } from '../../words/json.ts'
import { isUndecoded, type JsonValue, type Workflow } from '../../workflow.ts'

/** What of one run's values stands in a case, where what belongs to that run alone stands for any of its kind. */
export type Mask = (value: JsonValue) => JsonValue

const time = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/
const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i
/** A ULID, or 24 and more digits of hexadecimal. */
const otherId = /\b(?:[0-7][\dA-HJKMNP-TV-Z]{25}|(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{24,})\b/
const pieces = new RegExp(`(${time.source})|(${uuid.source})|(${otherId.source})`, 'gi')

/** Keys whose numbers tell how long something took, or which process it was. */
const measured =
  /(?:^|_)(?:pid|elapsed|took|latency)$|(?:duration|elapsed|took|latency)(?:_?(?:ms|seconds))?$/i

/** A number within so long of the run is a time of it. */
const aroundMs = 3_600_000

/** Shorter ids than this are words like others. */
const shortestId = 6

/** What was given to the run stays as it is, wherever it comes out again. */
export function createMask({ workflowId, input, createdAt, completedAt }: Workflow): Mask {
  const given = new Set(scalarsOf(input))
  const from = createdAt.getTime() - aroundMs
  const until = (completedAt ?? createdAt).getTime() + aroundMs
  const isTime = (number: number) =>
    (number >= from && number <= until) || (number * 1000 >= from && number * 1000 <= until)

  const maskText = (text: string): string => {
    if (text === workflowId) return '${workflowId}'
    if (given.has(text)) return literal(text)
    const parts = workflowId.length >= shortestId ? text.split(workflowId) : [text]
    return parts.map(maskPieces).join('${workflowId}')
  }

  const mask = (value: JsonValue, key: string): JsonValue => {
    if (typeof value === 'string') return maskText(value)
    if (typeof value === 'number') {
      if (given.has(value)) return value
      if (isTime(value)) return '${any.time}'
      return measured.test(key) ? '${any.number}' : value
    }
    // What has no way into YAML to its last digit.
    if (isExactNumber(value)) return /^-?\d+$/.test(String(value)) ? value : '${any.number}'
    if (Array.isArray(value)) return value.map((item: JsonValue) => mask(item, key))
    if (isUndecoded(value)) return '${any}'
    if (!isJsonObject(value)) return value
    const entries = Object.entries(value)
    // A name in a file is that name.
    if (entries.some(([name]) => maskText(name) !== literal(name))) return '${any}'
    return Object.fromEntries(entries.map(([name, one]) => [name, mask(one, name)]))
  }
  return (value) => mask(value, '')
}

function maskPieces(text: string): string {
  let masked = ''
  let end = 0
  for (const match of text.matchAll(pieces)) {
    masked += literal(text.slice(end, match.index)) + (match[1] === undefined ? '${any.id}' : '${any.time}')
    end = match.index + match[0].length
  }
  return masked + literal(text.slice(end))
}

/** As it stands in a file that knows variables. */
export function toLiteral(value: JsonValue): JsonValue {
  if (typeof value === 'string') return literal(value)
  if (Array.isArray(value)) return value.map(toLiteral)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toLiteral(one)]))
}

function literal(text: string): string {
  return text.replaceAll('${', '$$${')
}

function* scalarsOf(value: JsonValue): Generator<JsonValue> {
  if (typeof value !== 'object' || value === null) yield value
  else for (const one of Object.values(value)) yield* scalarsOf(one as JsonValue)
}
