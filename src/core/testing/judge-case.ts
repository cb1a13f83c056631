import { parseAssertions } from '../wait/assertion.ts'
import { parseDuration } from '../words/duration.ts'
import { parseStatus } from '../words/status.ts'
import { describeError, type JsonValue, type Workflow } from '../workflow.ts'
import { describeDifference, findDifferences } from './differences.ts'
import { AnyText, type Expected, isMap, toExpected } from './expected.ts'
import type { Evidence, Part } from './gather-evidence.ts'
import { parts } from './gather-evidence.ts'
import type { ExpectSpec, ListSpec } from './schema/expect-schema.ts'
import type { Failure } from './test-case.ts'
import { toPlain } from './to-plain.ts'
import { type Lookup, substituteText } from './variables.ts'
import type { Path } from './yaml-text.ts'

interface Judging {
  readonly lookup: Lookup
  /** Of what stands below `expect`. */
  lineOf(path: Path): number
}

/** What has to be read for it. */
export function partsExpected(expect: ExpectSpec): ReadonlySet<Part> {
  return new Set(parts.filter((part) => expect[part] !== undefined))
}

/** The statuses that will do. */
export function statusesExpected({ status = 'SUCCESS' }: ExpectSpec, lookup: Lookup): ReadonlySet<string> {
  return new Set([status].flat().flatMap((text) => parseStatus(substituteText(text, lookup))))
}

/** Everything that is not as expected; of a workflow that ended otherwise only that. */
export async function judgeCase(
  expect: ExpectSpec,
  evidence: Evidence,
  judging: Judging,
): Promise<readonly Failure[]> {
  const { workflow } = evidence
  const { lookup } = judging
  const wanted = statusesExpected(expect, lookup)
  if (!wanted.has(workflow.status)) return [wrongStatus(workflow, [...wanted], judging)]
  const compare = (path: Path, value: unknown, actual: JsonValue | undefined, what: string) =>
    differencesAt(path, toExpected(value as JsonValue, lookup), actual, what, judging)
  return [
    ...tooSlow(expect, workflow, judging),
    ...(expect.result === undefined ? [] : compare(['result'], expect.result, workflow.output, 'result')),
    ...wrongError(expect, workflow, judging),
    ...(await assertAll(expect.assert, workflow.output, { path: ['assert'], what: 'assert' }, judging)),
    ...Object.entries(expect.events ?? {}).flatMap(([key, value]) =>
      compare(['events', key], value, evidence.events.get(key), `events.${key}`),
    ),
    ...(await judgeStreams(expect.streams ?? {}, evidence, judging)),
    ...(await judgeList(expect, 'steps', evidence.steps, judging)),
    ...(await judgeList(expect, 'messages', evidence.messages, judging)),
    ...(await judgeList(expect, 'children', evidence.children, judging)),
  ]
}

function wrongStatus({ status, error }: Workflow, wanted: readonly string[], { lineOf }: Judging): Failure {
  const why = error ? `: ${describeError(error)}` : ''
  const line = lineOf(['status'])
  return {
    line,
    what: 'status',
    message: `status is ${status}, expected ${wanted.join(' or ')}${why}`,
    expected: wanted.length === 1 ? (wanted[0] ?? null) : wanted,
    actual: status,
  }
}

function tooSlow({ within }: ExpectSpec, workflow: Workflow, { lookup, lineOf }: Judging): Failure[] {
  const { createdAt, completedAt } = workflow
  if (within === undefined || completedAt === null) return []
  const limitMs = parseDuration(substituteText(within, lookup))
  const tookMs = completedAt.getTime() - createdAt.getTime()
  if (tookMs <= limitMs) return []
  return [
    {
      line: lineOf(['within']),
      what: 'within',
      message: `it took ${tookMs} ms, expected at most ${limitMs} ms`,
    },
  ]
}

function wrongError(
  { error: wanted }: ExpectSpec,
  { error }: Workflow,
  { lookup, lineOf }: Judging,
): Failure[] {
  if (wanted === undefined) return []
  const expected = toExpected(wanted, lookup)
  const actual = error ? describeError(error) : null
  const isThere =
    actual !== null &&
    (expected instanceof AnyText || typeof expected === 'object'
      ? findDifferences(inside(expected), actual, '').length === 0
      : actual.includes(String(expected)))
  if (isThere) return []
  const message = describeDifference({ path: 'error', expected: wanted, actual })
  return [{ line: lineOf(['error']), what: 'error', message, expected: wanted, actual }]
}

/** Anywhere in a text. */
function inside(expected: Expected): Expected {
  return expected instanceof AnyText ? new AnyText(['', 'any', ...expected.parts, 'any', '']) : expected
}

async function judgeStreams(
  streams: Readonly<Record<string, ListSpec>>,
  { streams: found }: Evidence,
  judging: Judging,
): Promise<readonly Failure[]> {
  const failures: Failure[] = []
  for (const [key, wanted] of Object.entries(streams)) {
    const place = { path: ['streams', key], what: `streams.${key}` }
    const stream = found.get(key)
    if (Array.isArray(wanted)) {
      const expected = toExpected(wanted as JsonValue, judging.lookup)
      failures.push(...differencesAt(place.path, expected, stream?.values, place.what, judging))
      continue
    }
    failures.push(...(await judgeSome(wanted, stream?.values ?? [], place, judging)))
    const closed = 'closed' in wanted ? wanted.closed : undefined
    if (closed !== undefined && closed !== (stream?.closed ?? false)) {
      const path = [...place.path, 'closed']
      failures.push(...differencesAt(path, closed, !closed, `${place.what}.closed`, judging))
    }
  }
  return failures
}

async function judgeList(
  expect: ExpectSpec,
  part: 'steps' | 'messages' | 'children',
  rows: readonly object[],
  judging: Judging,
): Promise<readonly Failure[]> {
  const wanted = expect[part]
  if (wanted === undefined) return []
  const actual = rows.map(toPlain)
  const place = { path: [part], what: part }
  if (!Array.isArray(wanted)) return judgeSome(wanted, actual, place, judging)
  const items = toExpected(wanted as JsonValue, judging.lookup) as readonly Expected[]
  const areNames = !items.some(isMap)
  const expected = areNames ? items : items.map((item) => (isMap(item) ? item : { name: item }))
  const compared = areNames
    ? actual.map((row) => (row as { readonly name?: JsonValue }).name ?? null)
    : actual
  return differencesAt(place.path, expected, compared, part, judging, true)
}

interface Place {
  readonly path: Path
  readonly what: string
}

async function judgeSome(
  wanted: Exclude<ListSpec, readonly unknown[]>,
  actual: readonly JsonValue[],
  { path, what }: Place,
  judging: Judging,
): Promise<readonly Failure[]> {
  const { count, assert } = wanted as { readonly count?: number; readonly assert?: string | string[] }
  return [
    ...(count === undefined
      ? []
      : differencesAt([...path, 'count'], count, actual.length, `${what}.count`, judging)),
    ...(await assertAll(assert, actual, { path: [...path, 'assert'], what: `${what}.assert` }, judging)),
  ]
}

/** Each that does not hold. */
export async function assertAll(
  expressions: string | readonly string[] | undefined,
  value: JsonValue,
  { path, what }: Place,
  { lookup, lineOf }: Judging,
): Promise<readonly Failure[]> {
  const texts = [expressions ?? []].flat()
  const failures: Failure[] = []
  for (const [index, text] of texts.entries()) {
    const line = lineOf(Array.isArray(expressions) ? [...path, index] : path)
    const [assertion] = await parseAssertions([substituteText(text, lookup)])
    const instead = assertion?.check(value)
    if (assertion === undefined || instead === undefined) continue
    failures.push({ line, what, message: `${assertion.expression} does not hold: ${instead}` })
  }
  return failures
}

/** Below `expect` at `path`, each told where it stands in the file. */
function differencesAt(
  path: Path,
  expected: Expected,
  actual: JsonValue | undefined,
  what: string,
  { lineOf }: Judging,
  isPartial = false,
): readonly Failure[] {
  return findDifferences(expected, actual, what, { isPartial }).map((difference) => ({
    line: lineOf([...path, ...stepsBelow(what, difference.path)]),
    what: difference.path,
    message: describeDifference(difference),
    expected: difference.expected,
    actual: difference.actual,
  }))
}

/** `result.items[0]` below `result`: `items` and 0. */
function stepsBelow(what: string, path: string): Path {
  return [...path.slice(what.length).matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g)].map(
    ([, name, index, quoted]) => name ?? (quoted === undefined ? Number(index) : JSON.parse(quoted)),
  )
}
