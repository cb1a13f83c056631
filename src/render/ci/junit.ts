import { isDbosStep } from '../../core/dbos-names.ts'
import type { Step, Workflow } from '../../core/workflow.ts'
import { errorSentence } from '../outcome.ts'
import { escapeControls } from '../text.ts'

/** A workflow as a suite of tests: its steps are the cases, and what was asked of it is the last one. */
export interface JunitSuite {
  readonly workflow: Workflow
  readonly steps: readonly Step[]
  /** What was asked for, such as `ended`. */
  readonly asked: string
  /** Why it was not met; null when it was. */
  readonly failure: string | null
}

/** The format that CI systems read, with what DBOS does for itself left out. */
export function renderJunit(suites: readonly JunitSuite[], now: Date): string {
  const parts = suites.map((suite) => renderSuite(suite, now))
  const tests = parts.reduce((sum, part) => sum + part.tests, 0)
  const failures = parts.reduce((sum, part) => sum + part.failures, 0)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="drover" tests="${tests}" failures="${failures}">`,
    ...parts.map(({ text }) => text),
    '</testsuites>',
    '',
  ].join('\n')
}

interface RenderedSuite {
  readonly text: string
  readonly tests: number
  readonly failures: number
}

function renderSuite({ workflow, steps, asked, failure }: JunitSuite, now: Date): RenderedSuite {
  const { name, workflowId, createdAt, completedAt } = workflow
  const own = steps.filter((step) => !isDbosStep(step.name))
  const cases = own.map((step) => {
    const title = `${step.step} ${step.name}`
    const seconds = secondsBetween(step.startedAt, step.completedAt)
    return testCase(
      name,
      title,
      seconds,
      step.error && { message: errorSentence(step.error), text: step.error.stack },
    )
  })
  const end = secondsBetween(createdAt, completedAt ?? now)
  cases.push(
    testCase(name, asked, end, failure === null ? null : { message: failure, text: workflow.error?.stack }),
  )
  const failures = own.filter(({ error }) => error).length + (failure === null ? 0 : 1)
  const attributes = attributesOf({
    name: `${name} ${workflowId}`,
    tests: String(cases.length),
    failures: String(failures),
    time: end,
    timestamp: createdAt.toISOString(),
  })
  return {
    text: [`  <testsuite${attributes}>`, ...cases, '  </testsuite>'].join('\n'),
    tests: cases.length,
    failures,
  }
}

function testCase(
  classname: string,
  name: string,
  time: string,
  failure: { readonly message: string; readonly text: string | undefined } | null,
): string {
  const attributes = attributesOf({ classname, name, time })
  if (!failure) return `    <testcase${attributes}/>`
  const message = attributesOf({ message: failure.message })
  return `    <testcase${attributes}><failure${message}>${escapeXml(failure.text ?? failure.message)}</failure></testcase>`
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

function secondsBetween(start: Date | null, end: Date | null): string {
  return ((start && end ? end.getTime() - start.getTime() : 0) / 1000).toFixed(3)
}
