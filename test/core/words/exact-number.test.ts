import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { isSameDecision } from '../../../src/core/decide/decision.ts'
import { parseAssertions } from '../../../src/core/wait/assertion.ts'
import {
  type Condition,
  describeCondition,
  meetsValue,
  parseCondition,
} from '../../../src/core/wait/condition.ts'
import {
  compareNumbers,
  isExactNumber,
  parseExact,
  restoreDigits,
  stringifyExact,
  withMarks,
  withPlainNumbers,
} from '../../../src/core/words/exact-number.ts'
import { isJsonObject, parseJson } from '../../../src/core/words/json.ts'
import type { JsonValue } from '../../../src/core/workflow.ts'

const lossy = [
  '9007199254740993',
  '-9007199254740993',
  '12345678901234567890',
  '100000000000000000000001',
  '100000000000000000000000',
  '3.14159265358979323846',
  '0.30000000000000004441',
  '1e400',
  '-1E+400',
  '1e-400',
  '123456789012345678e-3',
]

test.each(lossy)('%s is read and written to the last digit, wherever it stands', (digits) => {
  for (const json of [
    digits,
    `[${digits},${digits}]`,
    `{"a":{"b":[1,${digits}]},"c":"${digits}"}`,
    `{"\\"${digits}\\\\":${digits}}`,
    `{"__proto__":${digits}}`,
  ]) {
    expect(stringifyExact(parseExact(json))).toBe(json)
    expect(restoreDigits(JSON.stringify(withMarks(parseExact(json))))).toBe(json)
    expect(JSON.stringify(parseExact(json))).toBe(JSON.stringify(JSON.parse(json)))
    expect(withPlainNumbers(parseExact(json))).toEqual(JSON.parse(json))
  }
  expect(isJsonObject(parseExact(digits))).toBe(false)
})

test.each([
  '0',
  '-0',
  '1',
  '1.10',
  '9007199254740992',
  '0.1234567890123456',
  '1e21',
  '1e100',
  '5e-324',
  '"1e400"',
])('%s survives as a number of JavaScript, and stays one', (json) => {
  expect(parseExact(json)).toEqual(JSON.parse(json))
  expect(isExactNumber(parseExact(json))).toBe(false)
})

test.each([
  '01234567890123456789',
  '1.2.3456789012345678',
  '-',
  '12345678901234567890a',
  '1e400e1',
  '{"a":12345678901234567890',
  '12345678901234567890"a"',
])('%s is no JSON for this parser either', (text) => {
  expect(() => parseExact(text)).toThrow(SyntaxError)
})

test('a long text is read without a long stack', () => {
  const json = `{"a":${JSON.stringify('\\"x'.repeat(3_000_000))},"n":12345678901234567890}`
  expect(stringifyExact(parseExact(json)) === json).toBe(true)
})

/** The same sequence each time: what fails, fails again. */
function createGenerator(seed: number) {
  let state = seed
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const digits = (count: number) => Array.from({ length: count }, () => next(10)).join('')
  const number = (): string => {
    const whole = `${next(9) + 1}${digits(next(30))}`
    const fraction = next(3) === 0 ? `.${digits(next(25))}${next(9) + 1}` : ''
    // Where no digits are lost the power is written as JavaScript does.
    const exponent = fraction === '' || next(3) > 0 ? '' : `e+${next(700) + 400}`
    const text = `${next(2) === 0 ? '-' : ''}${whole}${fraction}${exponent}`
    const asNumber = next(20) === 0 ? '-0' : String(Number(text))
    return isExactNumber(parseExact(text)) ? text : asNumber
  }
  const value = (depth: number): string => {
    const kind = next(depth > 3 ? 3 : 6)
    if (kind < 2) return number()
    if (kind === 2) return JSON.stringify(`${digits(next(20))}"\\ ${number()} \u2028é`)
    const items = Array.from({ length: next(5) }, () => value(depth + 1))
    if (kind < 5) return `[${items.join(',')}]`
    return `{${items.map((item, index) => `${JSON.stringify(`k"${index}: ${number()}`)}:${item}`).join(',')}}`
  }
  return () => value(0)
}

test.each(['-0', '[-0]', '{"a":{"-0":[1, -0]},"b":"-0"}', '{"__proto__":-0,"n":12345678901234567890}'])(
  'the zero in %s is negative, read and written',
  (json) => {
    const value = parseExact(json)
    expect(withPlainNumbers(value)).toEqual(JSON.parse(json))
    expect(stringifyExact(value)).toBe(json.replaceAll(' ', ''))
    expect(restoreDigits(JSON.stringify(withMarks(value)))).toBe(json.replaceAll(' ', ''))
    const typed = json.replace('12345678901234567890', '0')
    expect(stringifyExact(parseJson(typed, 'It'))).toBe(typed.replaceAll(' ', ''))
  },
)

test('what is no JSON is quoted as it came', () => {
  expect(() => parseExact('[12345678901234567890, x]')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('exact-number') }),
  )
})

test('generated JSON comes back digit by digit', () => {
  const generate = createGenerator(11)
  for (let round = 0; round < 5_000; round++) {
    const json = generate()
    expect(stringifyExact(parseExact(json))).toBe(json)
    expect(restoreDigits(JSON.stringify(withMarks(parseExact(json))))).toBe(json)
  }
})

test('numbers are told apart at their last digit', () => {
  const inOrder = [
    '-1e400',
    '-9007199254740993',
    '-1',
    '0',
    '1e-400',
    '1',
    '9007199254740992',
    '9007199254740993',
    '12345678901234567890',
    '12345678901234567891',
    '1e400',
    '1.1e400',
  ]
  const numbers = inOrder.map((text) => parseExact(text) as number)
  for (const [left, one] of numbers.entries()) {
    for (const [right, other] of numbers.entries()) {
      expect(Math.sign(compareNumbers(one, other)) + 0).toEqual(Math.sign(left - right))
      expect(isDeepStrictEqual([one], [parseExact(inOrder[right] ?? '')])).toBe(left === right)
    }
  }
})

const meets = (text: string, json: string) =>
  meetsValue(parseCondition(text) as Extract<Condition, { kind: 'event' }>, 'n', {
    event: new Map([['n', parseExact(json)]]),
    stream: new Map(),
  }) !== undefined

test.each([
  ['event:n=9007199254740993', '9007199254740993', true],
  ['event:n=9007199254740993', '9007199254740992', false],
  ['event:n=9007199254740992', '9007199254740993', false],
  ['event:n!=9007199254740992', '9007199254740993', true],
  ['event:n>9007199254740992', '9007199254740993', true],
  ['event:n>=9007199254740993', '9007199254740992', false],
  ['event:n<9007199254740993', '9007199254740993', false],
  ['event:n<1e400', '5', true],
  ['event:n.a=9007199254740993', '{"a":9007199254740993}', true],
  ['event:n={"a":[9007199254740993]}', '{"a":[9007199254740993]}', true],
  ['event:n={"a":[9007199254740992]}', '{"a":[9007199254740993]}', false],
  ['event:n.digits', '9007199254740993', false],
  ['event:n=0', '-0', true],
  ['event:n=-0', '0', true],
  ['event:n<0', '-0', false],
  ['event:n=1e24', '1000000000000000000000000', true],
])('%s of %s is %s', (text, json, expected) => {
  expect(meets(text, json)).toBe(expected)
  expect(describeCondition(parseCondition('event:n=9007199254740993'))).toBe('event:n=9007199254740993')
})

describe('an assertion', () => {
  const value = parseExact(
    '{"n":9007199254740993,"l":[9007199254740993,1],"o":{"n":12345678901234567890},"s":"9007199254740993"}',
  )
  const check = async (expression: string, of: JsonValue = value) => {
    const [assertion] = await parseAssertions([expression])
    return assertion?.check(of)
  }

  test.each([
    'n == `9007199254740993`',
    'n != `9007199254740992`',
    'n > `9007199254740992`',
    'n >= `9007199254740993`',
    'n < `9007199254740994`',
    'n <= `9007199254740993`',
    'l == `[9007199254740993, 1]`',
    'l[0] == n',
    'o == `{"n":12345678901234567890}`',
    'l[?@ == `9007199254740993`]',
    'n > `1` && o.n > n',
    "s == '9007199254740993'",
    'length(l) == `2`',
    'max(l) > `1`',
    'sum(l) > `1`',
    'n + `1` > `1`',
    'type(n) == `"number"`',
    'n',
  ])('%s holds', async (expression) => {
    expect(await check(expression)).toBeUndefined()
  })

  test.each([
    ['n == `9007199254740992`', 'on the left is 9007199254740993, on the right 9007199254740992'],
    ['n == `9007199254740995`', 'on the left is 9007199254740993, on the right 9007199254740995'],
    [
      'l == `[9007199254740992, 1]`',
      'on the left is [9007199254740993,1], on the right [9007199254740992,1]',
    ],
    ['l[?@ > `9007199254740993`]', 'it is []'],
  ])('%s does not hold, and it is said why to the last digit', async (expression, why) => {
    expect(await check(expression)).toBe(why)
  })

  test('compares a plain value with an exact literal', async () => {
    expect(await check('@ < `9007199254740993`', 9007199254740992)).toBeUndefined()
  })
})

test('two answers that differ in the last digit are two', () => {
  const answer = (digits: string) => parseExact(`{"approved":true,"amount":${digits}}`)
  expect(isSameDecision(answer('9007199254740993'), answer('9007199254740993'))).toBe(true)
  expect(isSameDecision(answer('9007199254740993'), answer('9007199254740992'))).toBe(false)
})
