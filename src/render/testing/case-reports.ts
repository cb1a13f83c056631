import type { CaseResult } from '../../core/testing/case-result.ts'
import { renderPhrase } from '../../core/words/command-line.ts'
import { markdownTable } from '../ci/github.ts'
import type { JunitProblem, JunitSuite } from '../ci/junit.ts'
import { escapeControlLines } from '../text.ts'
import { formatDuration } from '../time-text.ts'

/** A suite for each file, in their order. */
export function toCaseSuites(results: readonly CaseResult[]): readonly JunitSuite[] {
  const files = [...new Set(results.map(({ test }) => test.file))]
  return files.map((file) => {
    const own = results.filter(({ test }) => test.file === file)
    const starts = own.map(({ startedAt }) => startedAt.getTime())
    const ends = own.map(({ startedAt, durationMs }) => startedAt.getTime() + durationMs)
    return {
      name: file,
      startedAt: new Date(Math.min(...starts)),
      durationMs: Math.max(...ends) - Math.min(...starts),
      cases: own.map((result) => ({
        classname: file.replace(/\.ya?ml$/, ''),
        name: result.test.name,
        file,
        line: result.test.line,
        durationMs: result.durationMs,
        problem: problemOf(result),
      })),
    }
  })
}

function problemOf(result: CaseResult): JunitProblem | null {
  const { test, outcome, failures, error, skippedFor, workflowId } = result
  if (outcome === 'skipped') return { kind: 'skipped', message: `needs "${skippedFor}", which did not pass` }
  const id = workflowId === null ? [] : [`workflow ${workflowId}`]
  if (error) {
    const hint = error.advice === undefined ? [] : [`hint: ${renderPhrase(error.advice)}`]
    const lines = [`${test.file}:${error.line} ${error.code}`, error.message, ...hint, ...id]
    return { kind: 'error', message: error.message, text: lines.join('\n') }
  }
  const [first, ...others] = failures
  if (!first) return null
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  const lines = failures.map(({ line, message }) => `${test.file}:${line} ${message}`)
  return { kind: 'failure', message: `${first.message}${more}`, text: [...lines, ...id].join('\n') }
}

interface Annotation {
  readonly title: string
  readonly text: string
  readonly file: string
  readonly line: number
}

/** One for each thing that is wrong, where it stands. */
export function annotationsOf({ test, failures, error }: CaseResult): readonly Annotation[] {
  const { file, name } = test
  const harmless = (text: string) => escapeControlLines(text).join('\n')
  if (error) {
    const hint = error.advice === undefined ? '' : `\nhint: ${renderPhrase(error.advice)}`
    return [
      { title: `${name}: ${error.code}`, text: harmless(`${error.message}${hint}`), file, line: error.line },
    ]
  }
  return failures.map(({ line, message }) => ({ title: name, text: harmless(message), file, line }))
}

const words = { passed: '✓ passed', failed: '✗ failed', error: '! not judged', skipped: '○ skipped' } as const

/** In Markdown, for the summary of a job. */
export function casesTable(results: readonly CaseResult[]): string {
  const rows = results.map((result) => {
    const { test, outcome, durationMs, workflowId } = result
    const why = problemOf(result)?.message ?? ''
    return [test.name, words[outcome], formatDuration(durationMs), workflowId ?? '', why]
  })
  return markdownTable(['case', '', 'took', 'workflow', ''], rows)
}
