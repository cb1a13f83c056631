import { escapeControls } from '../text.ts'

/** What a CI system shows as a group of tests. */
export interface JunitSuite {
  readonly name: string
  readonly durationMs: number
  readonly startedAt: Date
  readonly cases: readonly JunitCase[]
}

export interface JunitCase {
  readonly classname: string
  readonly name: string
  /** From the root of the project, where it stands in one. */
  readonly file?: string
  readonly line?: number
  readonly durationMs: number
  /** Null where it passed. `failure`: something expected did not come; `error`: it could not be judged. */
  readonly problem: JunitProblem | null
}

export interface JunitProblem {
  readonly kind: 'failure' | 'error' | 'skipped'
  readonly message: string
  /** All that is known, in lines; the message where that is all. */
  readonly text?: string
}

type Counts = Readonly<Record<JunitProblem['kind'] | 'tests', number>>

/** The format that CI systems read. */
export function renderJunit(suites: readonly JunitSuite[]): string {
  const total = countsOf(suites.flatMap(({ cases }) => cases))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="drover"${countAttributes(total)}>`,
    ...suites.map(renderSuite),
    '</testsuites>',
    '',
  ].join('\n')
}

function renderSuite({ name, durationMs, startedAt, cases }: JunitSuite): string {
  const times = attributesOf({ time: seconds(durationMs), timestamp: startedAt.toISOString() })
  const head = `  <testsuite${attributesOf({ name })}${countAttributes(countsOf(cases))}${times}>`
  return [head, ...cases.map(renderCase), '  </testsuite>'].join('\n')
}

function countsOf(cases: readonly JunitCase[]): Counts {
  const count = (kind: JunitProblem['kind']) => cases.filter(({ problem }) => problem?.kind === kind).length
  const [failure, error, skipped] = [count('failure'), count('error'), count('skipped')]
  return { tests: cases.length, failure, error, skipped }
}

function countAttributes({ tests, failure, error, skipped }: Counts): string {
  return attributesOf({
    tests: String(tests),
    failures: String(failure),
    ...(error > 0 && { errors: String(error) }),
    ...(skipped > 0 && { skipped: String(skipped) }),
  })
}

function renderCase({ classname, name, file, line, durationMs, problem }: JunitCase): string {
  const place = { ...(file !== undefined && { file }), ...(line !== undefined && { line: String(line) }) }
  const attributes = attributesOf({ classname, name, ...place, time: seconds(durationMs) })
  if (!problem) return `    <testcase${attributes}/>`
  const { kind, message, text = message } = problem
  const body = kind === 'skipped' ? '/>' : `>${escapeXml(text)}</${kind}>`
  return `    <testcase${attributes}><${kind}${attributesOf({ message })}${body}</testcase>`
}

function attributesOf(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => ` ${key}="${escapeXml(escapeControls(value))}"`)
    .join('')
}

/** XML has no way to say most control characters, not even escaped. */
function escapeXml(text: string): string {
  return text
    .split('\n')
    .map(escapeControls)
    .join('\n')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
