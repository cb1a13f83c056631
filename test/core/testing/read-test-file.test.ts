import { expect, test } from 'vitest'
import { checkExpressions } from '../../../src/core/testing/check-expressions.ts'
import { readTestFile } from '../../../src/core/testing/read-test-file.ts'

const env = { STEPS: '3', NAME: 'ada' }

async function refusal(text: string): Promise<string> {
  try {
    await checkExpressions(readTestFile(text, 'smoke.yaml', env))
  } catch (error) {
    const { message, hint } = error as { readonly message: string; readonly hint?: string }
    return hint ? `${message}\n${hint}` : message
  }
  return 'nothing is wrong'
}

/** One case with these lines below its name, from line 3 on. */
const withLines = (...lines: readonly string[]) =>
  ['cases:', '  - name: one', ...lines.map((line) => `    ${line}`)].join('\n')

const hundred = JSON.stringify(Array.from({ length: 100 }, (_, index) => index))

test.each([
  ['cases: [', 'smoke.yaml:1: this is not YAML: '],
  ['cases: []\ncases: []', 'smoke.yaml:2: this is not YAML: Map keys must be unique.'],
  ['', 'smoke.yaml:1: it must be an object with cases.'],
  ['cases: 3', 'smoke.yaml:1: "cases" must be a list of cases.'],
  ['timeout: 1m', 'smoke.yaml:1: "cases" is missing.'],
  ['cases:\n  - start: checkout', 'smoke.yaml:2: "cases[0].name" is missing.'],
  [
    'case: []\ncases: []',
    'smoke.yaml:1: "case" is not a key; did you mean "cases"?\nthe keys are: $schema, vars, timeout, cases',
  ],
  [withLines('expects: {}', 'start: a'), 'smoke.yaml:3: "expects" is not a key; did you mean "expect"?'],
  [withLines('timeout: 1m'), 'smoke.yaml:2: "one" needs start or attach, and not both.'],
  [withLines('start: a', 'attach: b'), 'smoke.yaml:2: "one" needs start or attach, and not both.'],
  [withLines('start: { workflow: a, id: 17 }'), 'smoke.yaml:3: "cases[0].start.id" must be a text.'],
  [withLines('start: a', 'timeout: soon'), 'smoke.yaml:4: "soon" is not a duration.'],
  [withLines('start: a', 'do:', '  - wait: whenever'), 'smoke.yaml:5: "whenever" is not a condition.'],
  [withLines('start: a', 'do:', '  - sleep: 3s'), 'smoke.yaml:5: "sleep" is not a key'],
  [withLines('start: a', 'do: [{ timeout: 3s }]'), 'smoke.yaml:4: "cases[0].do[0]" must do one thing: wait,'],
  [withLines('start: a', 'do: [reject]'), 'smoke.yaml:4: "cases[0].do[0]" must be a step: wait, send,'],
  [withLines('start: a', 'do: [{ reject: }]'), 'smoke.yaml:4: "cases[0].do[0].reject" must say why'],
  [withLines('start: a', 'do: [{ send: { topic: x } }]'), '"cases[0].do[0].send.message" is missing.'],
  [withLines('start: a', 'do: [{ approve: , assert: a }]'), '"cases[0].do[0]" has assert without wait'],
  [withLines('start: a', 'expect: { status: GREEN }'), 'smoke.yaml:4: "GREEN" is not a status.'],
  [
    withLines('start: a', 'expect:', '  assert:', '    - a', '    - b >'),
    'smoke.yaml:7: The assertion b > is',
  ],
  [
    withLines('start: a', 'expect: { steps: { count: -1 } }'),
    '"cases[0].expect.steps.count" must be a whole',
  ],
  [withLines('start: a', 'save: { x: "a[" }'), 'smoke.yaml:4: The query a[ is not JMESPath'],
  [
    withLines('start: a', 'matrix: { n: [1, 2] }', 'save: { x: result }'),
    'smoke.yaml:5: a case with a matrix saves nothing',
  ],
  [withLines('start: a', 'matrix: { n: [] }'), 'smoke.yaml:4: "cases[0].matrix.n" must be a list of values.'],
  [
    withLines('start: a', `matrix: { a: ${hundred}, b: ${hundred}, c: ${hundred}, d: ${hundred} }`),
    'smoke.yaml:4: a matrix makes 1000 cases at most, and this one 100000000.',
  ],
  [withLines('start: a', 'needs: zero'), 'smoke.yaml:4: no earlier case is called "zero".'],
  [
    withLines('start: { workflow: a, args: ["${TOTAL}"] }'),
    'smoke.yaml:3: ${TOTAL} is not set.\nexport TOTAL=…, name it under vars, or write ${TOTAL:-default}',
  ],
  [withLines('start: { workflow: a, args: ["${any}"] }'), '${any} stands for what is expected'],
  [withLines('start: "${"'), 'smoke.yaml:3: "${" has a ${ that begins no variable.'],
  [withLines('start: { workflow: a, args: [9007199254740993] }'), 'would arrive as 9007199254740992'],
  [withLines('start: a', 'expect: { result: .inf }'), 'smoke.yaml:4: .inf is no number of JSON.'],
  [withLines('start: &a [*a]'), 'smoke.yaml:3: *a has no end.'],
  [withLines('start: a', '  ', '').concat('\n  - name: one\n    start: b'), 'another case is called "one"'],
])('what is wrong is told with its line: %j', async (text, expected) => {
  expect(await refusal(text)).toContain(expected)
})

test('a matrix makes a case of each combination, named by what the name does not say', () => {
  const text = `
cases:
  - name: \${kind} order
    matrix: { kind: [full, half], n: [1, 2] }
    start: { workflow: order, args: ["\${n}"] }
`
  expect(
    readTestFile(text, 'smoke.yaml', env).map(({ name, line, matrix }) => ({ name, line, matrix })),
  ).toEqual([
    { name: 'full order (n=1)', line: 3, matrix: { kind: 'full', n: 1 } },
    { name: 'full order (n=2)', line: 3, matrix: { kind: 'full', n: 2 } },
    { name: 'half order (n=1)', line: 3, matrix: { kind: 'half', n: 1 } },
    { name: 'half order (n=2)', line: 3, matrix: { kind: 'half', n: 2 } },
  ])
})

test('a case needs what it names, and what saved a variable that it uses', () => {
  const text = `
cases:
  - { name: a, start: order, save: { total: result } }
  - { name: b, start: order, matrix: { n: [1, 2] } }
  - { name: c, start: { workflow: order, args: ["\${total.net}"] } }
  - { name: d, start: order, needs: [b, a] }
  - { name: e, start: { workflow: order, args: ["\${total}"] }, matrix: { total: [1] } }
`
  const needs = readTestFile(text, 'smoke.yaml', env).map((one) => [
    one.name,
    ...one.needs.map(({ name }) => name),
  ])
  expect(needs).toEqual([
    ['a'],
    ['b (n=1)'],
    ['b (n=2)'],
    ['c', 'a'],
    ['d', 'a', 'b (n=1)', 'b (n=2)'],
    ['e (total=1)'],
  ])
})

test('variables of a file are made of the environment and of those before them; anchors and merged keys work', () => {
  const text = `
vars:
  steps: \${STEPS}
  who: \${NAME}
  text: \${who}-\${steps}-\${NONE:-0}
cases:
  - &first
    name: a
    timeout: 5s
    start: { workflow: order, args: ["\${text}"] }
  - <<: *first
    name: b
`
  const [first, second] = readTestFile(text, 'smoke.yaml', env)
  expect(first?.vars).toEqual({ steps: 3, who: 'ada', text: 'ada-3-0' })
  expect(second).toMatchObject({ name: 'b', line: 11, timeout: '5s', spec: { start: { workflow: 'order' } } })
})

test('names that JavaScript has for its own are names as any, and nothing that is expected is left out', () => {
  const text = withLines(
    'start: { workflow: "${constructor}", attr: { __proto__: 1, constructor: 2 } }',
    'expect: { events: { __proto__: 1, constructor: 3, prototype: 4 }, streams: { constructor: { count: 1 } } }',
  )
  const [one] = readTestFile(`vars: { constructor: checkout, __proto__: x }\n${text}`, 'smoke.yaml', {})
  const { start, expect: expected } = one?.spec ?? {}
  const names = (value: unknown) => Object.keys(value as object).sort()
  expect(names(one?.vars)).toEqual(['__proto__', 'constructor'])
  expect(names((start as { readonly attr?: object }).attr)).toEqual(['__proto__', 'constructor'])
  expect(names(expected?.events)).toEqual(['__proto__', 'constructor', 'prototype'])
  expect(names(expected?.streams)).toEqual(['constructor'])
})

test('what is wrong below such a name is told as elsewhere', async () => {
  expect(await refusal(withLines('start: a', 'expect: { streams: { constructor: 3 } }'))).toContain(
    'smoke.yaml:4: "cases[0].expect.streams.constructor" ',
  )
})

test('what a file takes of the environment is known, wherever it names it', () => {
  const text = withLines(
    'start: { workflow: a, args: ["x ${HOME}", "${NAME}", "${TWO:-2}", "${UNSET:-3}", "${item}"] }',
    'matrix: { item: ["${THREE}"] }',
  )
  const env = { HOME: '{"a":1}', NAME: 'ada', TWO: '2', THREE: '3', ONE: '1' }
  const [one] = readTestFile(`vars: { NAME: plain, other: "\${ONE}" }\n${text}`, 'smoke.yaml', env)
  expect(one?.environment.toSorted()).toEqual(['HOME', 'ONE', 'THREE', 'TWO'])
})
