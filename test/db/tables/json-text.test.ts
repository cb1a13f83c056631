import { createRequire } from 'node:module'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { isUndecoded, type JsonValue } from '../../../src/core/workflow.ts'
import { isCanonicalJson, toUtf8 } from '../../../src/db/tables/canonical-json.ts'
import { decodeValue } from '../../../src/db/tables/decode.ts'
import { findJson, type Slice, type StoredValue } from '../../../src/db/tables/json-text.ts'
import { toJsonLine, toJsonText } from '../../../src/render/to-json.ts'
import { hostileMix, hostileTexts } from '../../support/hostile-texts.ts'
import { createRandom } from '../../support/random.ts'
import { randomTexts } from '../../support/random-texts.ts'

const require = createRequire(import.meta.url)
const sdk = path.dirname(require.resolve('@dbos-inc/dbos-sdk'))
const { DBOSJSON } = require(path.join(sdk, 'serialization.js'))

const base64 = (text: string) => Buffer.from(text).toString('base64')
const enclose = (json: string) => `{"json":${json},"__dbos_serializer":"superjson"}`
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const names = (count: number) => `{${Array.from({ length: count }, (_, index) => `"n${index}":0`).join(',')}}`

const written: readonly string[] = [
  ...['null', 'true', 'false', '0', '-0', '-1', '12', '007', '1.0', '1.50', '0.1', '-0.25', '.5', '1.', '+1'],
  ...[
    '1e5',
    '1E5',
    '1e21',
    '1e+21',
    '1e-7',
    '0.0000001',
    '0.000001',
    '1e400',
    '-1e400',
    '1.5e300',
    '-',
    '1-',
  ],
  ...['9007199254740993', '12345678901234567890', '100000000000000000000', '1000000000000000000000'],
  ...['0.8414709848078965', '0.30000000000000004', '123456789012345', '1234567890123456', 'NaN', 'Infinity'],
  ...[
    '""',
    '"a"',
    '"\\u0041"',
    '"\\/"',
    '"\\u001b"',
    '"\\u001B"',
    '"\\u0008"',
    '"\\b\\f\\n\\r\\t\\"\\\\"',
    '"\\x"',
  ],
  ...[
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"\ud800"',
    '"😀"',
    '"a😀b"',
    '"\udc00\ud800"',
    '"é"',
    '"\\u00e9"',
    '"日本"',
  ],
  ...[
    '"\x7f"',
    '"\x9b31m"',
    '"\u2028"',
    '"\u202e"',
    '"\u2066"',
    '"\x1b[2J"',
    '"\n"',
    '"\0"',
    '"\x01"',
    '"a',
    'a"',
  ],
  ...[
    '{}',
    '[]',
    '[1,2]',
    '[1, 2]',
    ' 1',
    '1 ',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1]]',
    '{]',
    '[}',
    '1,2',
    '',
    ',',
    '{"a"}',
  ],
  ...[
    '{"a":1}',
    '{"a": 1}',
    '{"a":1,}',
    '{a:1}',
    '{"a":1,"a":2}',
    '{"b":1,"a":2}',
    '{"2":1,"1":2}',
    '{"a":1,"0":2}',
  ],
  ...[
    '{"a":{"a":1},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":{"b":1,"b":2}}',
    '{"a":[{"b":{}}],"b":[]}',
    '{"":1}',
  ],
  ...[
    '{"__proto__":1}',
    '{"__proto__":{"a":1},"a":2}',
    '{"constructor":1,"toString":2,"toJSON":3}',
    '{"-1":1}',
  ],
  ...[
    '{"\\u0061":1}',
    '{"a\\n":1}',
    '{"json":1}',
    '{"meta":1}',
    '"__DBOS_STREAM_CLOSED__"',
    '{"dbos_type":"dbos_Date"}',
  ],
  ...[nested(2), nested(63), nested(64), nested(65), nested(499), nested(500), nested(501), nested(2000)],
  ...[deepObject(63), deepObject(65), deepObject(499), deepObject(501), names(127), names(129), names(2000)],
  ...[
    JSON.stringify('x'.repeat(300_000)),
    JSON.stringify(`${'x'.repeat(40)}\\${'é'.repeat(40)}\n${'日'.repeat(40)}😀"`),
  ],
  ...[`"${'x'.repeat(40)}`, `"${'x'.repeat(40)}\x1b"`, `"${'x'.repeat(40)}\u202e"`, `"${'x'.repeat(40)}\\"`],
  ...[...hostileTexts, hostileMix, ...randomTexts(100)].flatMap((text) => [text, JSON.stringify(text)]),
]

const stored = written.flatMap((json): [string, string | null][] => [
  [enclose(json), 'js_superjson'],
  [enclose(json), null],
  [enclose(json), 'portable_json'],
  [`{"json":${json},"meta":{"values":["Date"]},"__dbos_serializer":"superjson"}`, 'js_superjson'],
  [`{"json":${json}, "__dbos_serializer":"superjson"}`, 'js_superjson'],
  [`{"json":${json}}`, 'js_superjson'],
  [json, 'js_superjson'],
  [json, 'portable_json'],
  [base64(json), 'DBOS_JSON'],
  [json, null],
])

/** Beside it stands what a page of values has there; its words begin in four places. */
function within(text: string, serialization: string | null, before: number) {
  const bytes = Buffer.from(`${',1,'.slice(0, before)}${text}\x01"],}`)
  const end = before + Buffer.byteLength(text)
  return { text: toUtf8(bytes), start: before, end, serialization }
}

function jsonOf(stored: StoredValue): Slice {
  const found = { bytes: Buffer.alloc(0), start: 0, end: 0 }
  findJson(stored, found)
  return found
}

function expectSame(given: string, serialization: string | null): void {
  // Half of a pair cannot be stored.
  const text = Buffer.from(given).toString()
  const asBefore = toJsonLine(decodeValue(text, serialization))
  for (const before of [0, 1, 2, 3]) {
    const { bytes, start, end } = jsonOf(within(text, serialization, before))
    const found = bytes.toString('utf8', start, end)
    if (found !== asBefore) expect({ text, before, found }).toEqual({ text, before, found: asBefore })
  }
}

test('what is passed on is to the byte what parsing and writing gives', () => {
  for (const [text, serialization] of stored) expectSame(text, serialization)
  for (const value of [new Date(0), 12n, new Map([['a', -0]]), undefined, [undefined, /x/g], new Error('x')])
    expectSame(DBOSJSON.stringify(value), 'js_superjson')
  expectSame('gASVBQAAAAAAAACMAWGULg==', null)
  expectSame('?', 'martian')
})

test('a large one that is decoded is printed as it would be without what was stored', () => {
  const printed = (value: JsonValue) =>
    [value, { at: new Date(0), value }].flatMap((one) => [toJsonLine(one), toJsonText(one)])
  let decoded = 0
  const filler = JSON.stringify('x'.repeat(10_000))
  for (const json of written.filter(({ length }) => length < 10_000)) {
    const text = Buffer.from(enclose(`{"filler":${filler},"value":${json}}`)).toString()
    // A blank before it, and it is no envelope as the SDK writes it.
    const asBefore = decodeValue(` ${text}`, 'js_superjson')
    if (isUndecoded(asBefore)) continue
    const value = decodeValue(text, 'js_superjson')
    if (!isDeepStrictEqual(value, asBefore)) expect({ json, value }).toEqual({ json, value: asBefore })
    expect(printed(value)).toEqual(printed(asBefore))
    decoded++
  }
  expect(decoded).toBeGreaterThan(200)
})

test('so it is wherever a character stands in a string', () => {
  const codes = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index)
  const characters = [
    ...codes(0, 0xa1),
    ...codes(0x200b, 0x2010),
    ...codes(0x2027, 0x202f),
    ...codes(0x2065, 0x206a),
    ...[0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xffff, 0x1_0000, 0x10_ffff],
  ]
  for (const character of characters.map((code) => String.fromCodePoint(code)))
    for (let before = 0; before < 9; before++)
      expectSame(enclose(`"${'x'.repeat(before)}${character}${'x'.repeat(8 - before)}"`), 'js_superjson')
})

test('so it is for JSON that any program may have written, and that is damaged here and there', () => {
  const random = createRandom(7)
  const pieces = [
    ...[
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      ' ',
      '0',
      '1',
      '-',
      '.',
      'e',
      'u',
      '\n',
      '\x1b',
      '\u202e',
      '😀',
      'é',
    ],
    ...[
      '"a"',
      '"b"',
      '"a":',
      '"b":',
      '"1":',
      '"\\n"',
      'null',
      'true',
      '[]',
      '{}',
      '\\u001b',
      '\\ud83d',
      '\x01',
    ],
  ]
  const scalars = written.filter((json) => json.length < 40 && /^["\dnft-]/.test(json))
  const generate = (depth: number): string => {
    const blank = random.oneIn(12) ? ' ' : ''
    if (depth === 0 || random.oneIn(3)) return blank + random.pick(scalars)
    const items = Array.from({ length: random.below(4) }, () => generate(depth - 1))
    if (random.oneIn(2)) return `[${items.join(`,${blank}`)}]`
    return `{${items.map((item) => `"${random.pick(['a', 'b', 'key', '__proto__', 'é', '7'])}"${blank}:${item}`).join(',')}}`
  }
  for (let round = 0; round < 3000; round++) {
    const json = generate(3)
    const at = random.below(json.length + 1)
    const damaged = json.slice(0, at) + random.pick(pieces) + json.slice(at + random.below(3))
    expectSame(enclose(json), 'js_superjson')
    expectSame(enclose(damaged), 'js_superjson')
  }
})

test('what JSON.stringify wrote is passed on, but for what is rare', () => {
  const usual = [
    { index: 1234567, text: 'twenty characters...' },
    { token: ' the', logprob: -0.8414709848078965, at: 1785000000000, done: false, usage: null },
    {
      choices: [{ delta: { content: 'Grüße, 日本 😀 "quoted" \\ \n\t' } }, []],
      nested: { a: { a: [1.5, -2, 1e21] } },
    },
    'x'.repeat(1_000_000),
    Array.from({ length: 2000 }, (_, index) => ({ index, name: `name ${index}` })),
  ]
  const passes = (value: unknown) => {
    const json = JSON.stringify(value)
    const text = toUtf8(Buffer.from(json))
    return isCanonicalJson(text, 0, text.bytes.length)
  }
  expect(usual.map(passes)).toEqual(usual.map(() => true))
  expect([{ 7: 1 }, '\x7f', '\u202e', '\ud800', -0.1e-300].map(passes)).toEqual([
    false,
    false,
    false,
    false,
    true,
  ])
})
