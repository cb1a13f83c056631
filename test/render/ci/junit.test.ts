import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Step, Workflow } from '../../../src/core/workflow.ts'
import { renderJunit } from '../../../src/render/ci/junit.ts'
import { toWorkflowSuite } from '../../../src/render/ci/workflow-suite.ts'
import { hostileWords } from '../../support/hostile-words.ts'
import { randomTexts } from '../../support/random-texts.ts'

const at = new Date('2026-01-02T03:04:05Z')

function suiteOf(text: string) {
  const error = { name: text, message: text, stack: `${text}\n    at ${text}` }
  const workflow = { name: text, workflowId: text, createdAt: at, completedAt: at, error } as Workflow
  const step = { step: 1, name: text, startedAt: at, completedAt: at, error } as Step
  return toWorkflowSuite({ workflow, steps: [step], asked: text, failure: text }, at)
}

const texts = [
  ...hostileWords,
  ']]>',
  '&#0;',
  '&amp;',
  '<!--',
  '<?xml',
  '</testsuite>',
  ...randomTexts(2000, 5),
]
const junit = renderJunit(texts.map(suiteOf))

test('whatever ids and errors hold, no character is in it that XML has not', () => {
  expect(junit).not.toMatch(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u)
})

const hasExpat = spawnSync('python3', ['-c', 'import xml.parsers.expat']).status === 0

test.skipIf(!hasExpat)('expat reads it', () => {
  const parse = 'import sys, xml.parsers.expat as e; e.ParserCreate().Parse(sys.stdin.buffer.read(), True)'
  const { status, stderr } = spawnSync('python3', ['-c', parse], { input: junit, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
