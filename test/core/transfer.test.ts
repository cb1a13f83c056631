import { expect, test } from 'vitest'
import { createRedaction } from '../../src/core/transfer/redact.ts'
import { requireUtf8 } from '../../src/core/transfer/require-utf8.ts'
import { toLines } from '../../src/core/transfer/to-lines.ts'

const line = (value: unknown, word = 'value') =>
  JSON.stringify({ type: 'event', row: { key: 'card', [word]: value } })
const redacted = (paths: readonly string[], value: string, word?: string) =>
  JSON.parse(createRedaction(paths)(line(value, word))).row[word ?? 'value']

test('what stands at a path is taken out, at any depth of any value', () => {
  const text = '{"json":{"card":{"number":"4","other":[1]},"orders":[{"card":{"number":5}}],"number":6}}'
  expect(redacted(['card.number'], text)).toBe(
    '{"json":{"card":{"number":"[redacted]","other":[1]},"orders":[{"card":{"number":"[redacted]"}}],"number":6}}',
  )
  expect(redacted(['number', 'orders'], text)).toBe(
    '{"json":{"card":{"number":"[redacted]","other":[1]},"orders":"[redacted]","number":"[redacted]"}}',
  )
  for (const word of ['inputs', 'output', 'error', 'message'])
    expect(redacted(['a'], '{"a":"secret"}', word)).toBe('{"a":"[redacted]"}')
})

test('a path begins at any key, goes on at the next one, and looks through lists', () => {
  const text = '{"a":{"x":{"b":1},"b":2,"a":{"b":3}},"a.b":4,"b":5,"list":[[{"a":[{"b":6}]}]]}'
  expect(redacted(['a.b'], text)).toBe(
    '{"a":{"x":{"b":1},"b":"[redacted]","a":{"b":"[redacted]"}},"a.b":4,"b":5,"list":[[{"a":[{"b":"[redacted]"}]}]]}',
  )
})

test('what is taken out has no type any more, and how SuperJSON keeps types is no value', () => {
  const text =
    '{"json":{"at":"2026-01-01","card":{"n":"1","at":"2026-01-01"},"x.y":["7"],"values":1},' +
    '"meta":{"values":{"at":["Date"],"card.n":["bigint"],"card.at":["Date"],"x\\\\.y":[["set"],{"0":["bigint"]}]},' +
    '"referentialEqualities":{"card":["x\\\\.y","other"],"at":["card.at"]}},"__dbos_serializer":"superjson"}'
  expect(JSON.parse(redacted(['card', 'json', 'meta'], text))).toEqual({
    json: { at: '2026-01-01', card: '[redacted]', 'x.y': ['7'], values: 1 },
    meta: {
      values: { at: ['Date'], 'x\\.y': [['set'], { 0: ['bigint'] }] },
      referentialEqualities: { at: [] },
    },
    __dbos_serializer: 'superjson',
  })
  expect(JSON.parse(redacted(['values'], text)).meta.values).toEqual(JSON.parse(text).meta.values)
  expect(
    redacted(['a'], '{"json":[{"a":"1"},"2"],"meta":{"values":{"0.a":["bigint"],"1":["bigint"]}}}'),
  ).toBe('{"json":[{"a":"[redacted]"},"2"],"meta":{"values":{"1":["bigint"]}}}')
})

test('it is told at which paths something stood', () => {
  const found: string[] = []
  const redact = createRedaction(['a.b', 'a', 'c', '$.a'], (path) => void found.push(path))
  redact(line('{"a":{"b":1}}'))
  redact(line('{"b":{"c":1}}', 'key'))
  expect(found).toEqual(['a'])
})

test.each(['"__DBOS_STREAM_CLOSED__"', '__DBOS_STREAM_CLOSED__'])('the end of a stream stays: %s', (mark) => {
  expect(redacted(['a'], mark)).toBe(mark)
})

test('every digit of what stays is kept, and what is no value is not looked at', () => {
  expect(redacted(['a'], '{"a":1,"b":9007199254740993}')).toBe('{"a":"[redacted]","b":9007199254740993}')
  const other = JSON.stringify({ type: 'workflow', row: { id: '{"a":1}', name: 'a' } })
  expect(createRedaction(['a'])(other)).toBe(other)
  expect(createRedaction(['a'])('{"type":"end","workflows":1}')).toBe('{"type":"end","workflows":1}')
})

test('a value that is no JSON cannot be looked into, and is never let through', () => {
  expect(() => redacted(['a'], 'gASVBQ==')).toThrow('A value is not JSON')
  expect(() => createRedaction(['a', '.'])).toThrow('A path to redact is empty')
})

test('lines are whole, wherever a text is cut', async () => {
  const text = 'one\ntwo\n\nfour'
  for (let at = 0; at <= text.length; at++) {
    const pieces = async function* () {
      yield text.slice(0, at)
      yield text.slice(at)
    }
    const lines: string[] = []
    for await (const some of toLines(pieces())) lines.push(...some)
    expect(lines).toEqual(['one', 'two', '', 'four'])
  }
})

/** Cut in two wherever that is possible, and byte by byte. */
function* cutsOf(bytes: Buffer): Generator<readonly Uint8Array[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)]
  yield [...bytes].map((byte) => Buffer.of(byte))
}

async function decode(pieces: readonly Uint8Array[]): Promise<string> {
  async function* chunks() {
    yield* pieces
  }
  let text = ''
  for await (const piece of requireUtf8(chunks())) text += piece
  return text
}

test('bytes are the text that they are, wherever they are cut', async () => {
  const text = 'a\n\u00fc \u65e5\u672c\n\u{1f468}\u200d\u{1f469}\n\ufeff\n'
  for (const pieces of cutsOf(Buffer.from(text))) expect(await decode(pieces)).toBe(text)
})

test.each([
  ['a byte of nothing', [0xff]],
  ['the end of a character without its begin', [0x80]],
  ['a character without its end', [0xe6, 0x97]],
  ['one that is written longer than it is', [0xc0, 0x80]],
  ['half of a pair', [0xed, 0xa0, 0x80]],
  ['one beyond the last', [0xf5, 0x80, 0x80, 0x80]],
])('%s is told with its line, wherever the bytes are cut', async (_, wrong) => {
  for (const after of ['', ' more', '\nmore\n'])
    for (const pieces of cutsOf(
      Buffer.concat([Buffer.from('one\n\u65e5\n3 '), Buffer.from(wrong), Buffer.from(after)]),
    ))
      await expect(decode(pieces)).rejects.toMatchObject({
        code: 'invalid-argument',
        message: 'Line 3 of the export is not valid UTF-8. Nothing was imported.',
      })
})
