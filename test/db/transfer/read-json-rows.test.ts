import { expect, test } from 'vitest'
import { escapeJson } from '../../../src/core/words/escape-controls.ts'
import type { LineShape, ValueKind } from '../../../src/db/transfer/json-line-writer.ts'
import { readJsonRows } from '../../../src/db/transfer/read-json-rows.ts'

/** As Postgres writes it, with a header that says more than it must. */
function toBinary(rows: readonly (readonly (Buffer | null)[])[]): Buffer {
  const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\x03ext', 'latin1')
  const tuples = rows.flatMap((values) => [
    int(values.length, 2),
    ...values.flatMap((value) => (value ? [int(value.length, 4), value] : [int(-1, 4)])),
  ])
  return Buffer.concat([header, ...tuples, Buffer.from([0xff, 0xff])])
}

function int(value: number | bigint, bytes: 2 | 4 | 8): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigInt64BE(BigInt(value))
  return buffer.subarray(8 - bytes)
}

const shapeOf = (...kinds: readonly ValueKind[]): LineShape => ({
  columns: kinds.map((kind, index) => ({ kind, before: `${index === 0 ? '{' : ','}"${index}":` })),
  after: '}\n',
})

async function read(chunks: readonly Buffer[], shape: LineShape): Promise<string> {
  async function* pieces() {
    yield* chunks
  }
  const reading = readJsonRows(pieces(), shape)
  let text = ''
  for (;;) {
    const { value, done } = await reading.next()
    if (done) {
      expect(value).toBe(text.split('\n').length - 1)
      return text
    }
    text += value
  }
}

test('rows are whole, wherever what comes is cut', async () => {
  const rows = [
    ['a', 1],
    ['', -1],
    ['日\u{1f468}', 2 ** 31 - 1],
    [null, null],
    ['x'.repeat(300), 0],
  ] as const
  const binary = toBinary(
    rows.map(([text, number]) => [
      text === null ? null : Buffer.from(text),
      number === null ? null : int(number, 4),
    ]),
  )
  const shape = shapeOf('text', 'int4')
  const expected = rows.map(([text, number]) => `${JSON.stringify({ 0: text, 1: number })}\n`).join('')
  for (let at = 0; at <= binary.length; at++)
    expect(await read([binary.subarray(0, at), binary.subarray(at)], shape)).toBe(expected)
  expect(
    await read(
      [...binary].map((byte) => Buffer.of(byte)),
      shape,
    ),
  ).toBe(expected)
  expect(await read([toBinary([])], shape)).toBe('')
})

test('numbers have each digit', async () => {
  const numbers = [0n, 9n, -10n, 999_999_999n, 1_000_000_000n, -1_000_000_001n, 2n ** 31n, 1_700_000_000_000n]
  const far = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n]
  const all = [...numbers, ...far, ...far.map((number) => -number), -(2n ** 63n)]
  const shape = shapeOf('int8', 'int2', 'bool', 'bool')
  const rows = all.map((number) => [int(number, 8), int(-32_768, 2), Buffer.of(1), Buffer.of(0)])
  expect(await read([toBinary(rows)], shape)).toBe(
    all.map((number) => `{"0":${number},"1":-32768,"2":true,"3":false}\n`).join(''),
  )
})

test('each character is as in any other JSON of drover’s', async () => {
  const codes = Array.from({ length: 0x1_0000 }, (_, code) => code)
  const text = codes
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCharCode(code))
    .join('')
    .concat('\u{1f468}\u{e0001}\u{10ffff}')
  const json = JSON.stringify(text)
  const binary = toBinary([[Buffer.from(text), Buffer.from(json)]])
  const chunks = Array.from({ length: Math.ceil(binary.length / 65_536) }, (_, nr) =>
    binary.subarray(nr * 65_536, (nr + 1) * 65_536),
  )
  const line = await read(chunks, shapeOf('text', 'json'))
  expect(line === `{"0":${escapeJson(json)},"1":${escapeJson(json)}}\n`).toBe(true)
})

test('text that is no UTF-8, of a database that does not look, comes to an end', async () => {
  for (const byte of [0x80, 0xc2, 0xe2, 0xff]) {
    const line = await read([toBinary([[Buffer.alloc(100_000, byte)]])], shapeOf('text'))
    expect(line).toMatch(/^\{"0":"\ufffd+"\}\n$/)
  }
})
