import { expect, test } from 'vitest'
import { findDifferences } from '../../../src/core/testing/differences.ts'
import { toExpected } from '../../../src/core/testing/expected.ts'
import { readTestFile } from '../../../src/core/testing/read-test-file.ts'
import { renderCase } from '../../../src/core/testing/record/case-text.ts'
import { createMask } from '../../../src/core/testing/record/mask.ts'
import { recordCase } from '../../../src/core/testing/record/record-case.ts'
import { createLookup, substituteValue } from '../../../src/core/testing/variables.ts'
import { escapeControlLines } from '../../../src/core/words/escape-controls.ts'
import { parseExact } from '../../../src/core/words/exact-number.ts'
import type { JsonValue, Workflow } from '../../../src/core/workflow.ts'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import type { FakeWorkflow } from '../../support/fake-workflow.ts'
import { hostileWords } from '../../support/hostile-words.ts'
import { randomTexts } from '../../support/random-texts.ts'

async function record(fake: FakeWorkflow): Promise<string> {
  const store = createFakeStore([fake])
  const workflow = (await store.get(fake.workflowId)) as Workflow
  return renderCase(await recordCase(store, workflow), fake.workflowId)
}

const uuid = '3f1c2a9e-0b1d-4c2e-8f3a-123456789abc'

test('the case of a run has what it was given, what it was answered, and what came of it', async () => {
  const text = await record({
    workflowId: 'order-4711',
    name: 'checkout',
    status: 'SUCCESS',
    input: [{ items: 3, customer: uuid }, 'tomorrow'],
    completedAt: new Date('2026-01-02T03:04:15Z'),
    output: {
      status: 'paid',
      order: 'order-4711',
      customer: uuid,
      receipt: uuid.replace('3', '4'),
      tookMs: 17,
      at: 1_767_323_047,
    },
    did: [
      { event: 'awaiting:legal', value: { prompt: 'Ship order-4711?', until: '2026-01-02T04:04:05.000Z' } },
      { recv: 'legal', message: { approved: true, by: 'ada', comment: 'fine', at: '2026-01-02T03:04:06Z' } },
      { event: 'awaiting:finance', value: { prompt: 'Pay?' } },
      { recv: 'finance', timedOut: true },
      { event: 'awaiting:finance', value: { prompt: 'Pay now?' } },
      { recv: 'finance', message: { approved: false, by: 'bob', comment: 'no', at: '2026-01-02T03:04:06Z' } },
      { recv: 'card', message: { number: 4242 } },
      { step: 'charge', output: 3 },
      { stream: 'log', value: 'charged ${price}' },
      { closeStream: 'log' },
      { child: 'order-4711-7', name: 'mail' },
    ],
  })
  expect(text).toMatchInlineSnapshot(`
    "# yaml-language-server: $schema=node_modules/drover/docs/drover.test.schema.json
    # drover test --record order-4711
    cases:
      - name: checkout as order-4711
        start:
          workflow: checkout
          args:
            - {items: 3, customer: 3f1c2a9e-0b1d-4c2e-8f3a-123456789abc}
            - tomorrow
        do:
          - approve:
              as: ada
              comment: fine
          - reject:
              as: bob
              comment: no
              step: 7
          - send:
              topic: card
              message:
                number: 4242
              step: 9
        expect:
          result:
            status: paid
            order: \${workflowId}
            customer: 3f1c2a9e-0b1d-4c2e-8f3a-123456789abc
            receipt: \${any.id}
            tookMs: \${any.number}
            at: \${any.time}
          events:
            awaiting:finance:
              prompt: Pay now?
            awaiting:legal:
              prompt: Ship \${workflowId}?
              until: \${any.time}
          streams:
            log: ["charged $\${price}"]
          steps: [charge, mail]
    "
  `)
})

test('a run that was cancelled is cancelled where it had got to', async () => {
  const text = await record({
    workflowId: 'c',
    status: 'CANCELLED',
    did: [{ step: 'charge' }, { step: 'ship' }],
  })
  expect(text).toContain(
    'do:\n      - wait: step:ship\n      - cancel\n    expect:\n      status: CANCELLED\n',
  )
})

test.each([
  ['running', 'running is PENDING; a case is made of a run that has ended.'],
  ['dead', 'dead ended MAX_RECOVERY_ATTEMPTS_EXCEEDED, which no case can repeat.'],
])('no case is made of %s', async (id, message) => {
  const store = createExampleStore()
  const workflow = (await store.get(id)) as Workflow
  await expect(recordCase(store, workflow)).rejects.toThrow(message)
})

test('whatever a run was given and gave comes out of its case as it was', async () => {
  const values: JsonValue[] = [
    ...[...hostileWords, ...randomTexts(1500, 7)],
    ...[
      '${NAME}',
      '$${any}',
      '${',
      '<<',
      '*a',
      '&a',
      '!x',
      '? x',
      '- x',
      ': x',
      '# x',
      '|',
      '>',
      '%',
      '@',
      '~',
      'null',
    ],
    ...[
      'true',
      'yes',
      '1',
      '1e3',
      '0x1',
      '.inf',
      '2026-01-02',
      '',
      ' ',
      '\n',
      'a\n',
      '\na',
      'a\n\n b\n',
      '"',
      "'",
      '\\',
    ],
    ...[0, -1, 1.5, 1e300, true, null, [], {}, [[]], [{}], { '': { a: [1, { b: 'c' }] }, '<<': 1, '? x': 2 }],
    ...longNumbers.map((digits) => parseExact(digits)),
  ]
  const store = createFakeStore([
    { workflowId: 'order-4711', status: 'SUCCESS', input: values, output: values },
  ])
  const workflow = (await store.get('order-4711')) as Workflow
  const text = renderCase(await recordCase(store, workflow), 'order-4711')
  expect(escapeControlLines(text).join('\n')).toBe(text)
  const args = withoutLongNumbers(text)
  const [read] = readTestFile(args, 'smoke.yaml', {})
  const lookup = createLookup([{ workflowId: 'order-4711' }], {})
  const { start, expect: expected } = read?.spec ?? {}
  const given = typeof start === 'object' ? start.args : []
  expect(substituteValue(given as JsonValue, lookup)).toEqual([
    ...values.slice(0, -longNumbers.length),
    ...longNumbers,
  ])
  expect(findDifferences(toExpected(expected?.result as JsonValue, lookup), values, 'result')).toEqual([])
})

/** Numbers that one of JavaScript is not. */
const longNumbers = ['9007199254740993', '1e999', '-1E400', '0.1000000000000000055511151231257827']

/** An argument of so many digits would arrive as another one, and is refused. */
function withoutLongNumbers(text: string): string {
  return longNumbers.reduce((rest, digits) => rest.replace(`- ${digits}\n`, `- "${digits}"\n`), text)
}

test('what was given stays as it is, and what belongs to the run stands for any', () => {
  const run = {
    workflowId: 'order-4711',
    input: [uuid, 1_767_323_000_000, '2026-01-02'],
    createdAt: new Date('2026-01-02T03:04:05Z'),
    completedAt: null,
  } as unknown as Workflow
  const mask = createMask(run)
  expect(
    mask([
      ...[uuid, 1_767_323_000_000, '2026-01-02', 1_767_323_045_123, 1_767_323_045.5, 1_600_000_000],
      ...[
        'order-4711-3',
        `of ${uuid.replace('3', '4')}.`,
        '2026-01-02T03:04:05+01:00',
        'at 2026-01-02 03:04',
      ],
      ...['01ARZ3NDEKTSV4RRFFQ69G5FAV', '507f1f77bcf86cd799439011', 'deadbeef', 'feed'.repeat(8)],
      { [uuid.replace('3', '4')]: 1 },
      { pid: 17, durationMs: 3, tookMs: 2, items: 3 },
    ]),
  ).toEqual([
    ...[uuid, 1_767_323_000_000, '2026-01-02', '${any.time}', '${any.time}', 1_600_000_000],
    ...['${workflowId}-3', 'of ${any.id}.', '${any.time}', 'at ${any.time}'],
    ...['${any.id}', '${any.id}', 'deadbeef', 'feed'.repeat(8)],
    '${any}',
    { pid: '${any.number}', durationMs: '${any.number}', tookMs: '${any.number}', items: 3 },
  ])
})
