import { expect, test } from 'vitest'
import { readJsonRows } from '../../../src/db/transfer/read-json-rows.ts'

/** As Postgres writes it, with a header that says more than it must. */
function toBinary(rows: readonly string[]): Buffer {
  const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\x03ext', 'latin1')
  const tuples = rows.map((row) => {
    const bytes = Buffer.from(row)
    const head = Buffer.from([0, 1, 0, 0, 0, 0])
    head.writeUInt32BE(bytes.length, 2)
    return Buffer.concat([head, bytes])
  })
  return Buffer.concat([header, ...tuples, Buffer.from([0xff, 0xff])])
}

async function read(chunks: readonly Buffer[]): Promise<string> {
  async function* pieces() {
    yield* chunks
  }
  let text = ''
  for await (const piece of readJsonRows(pieces(), '<', '>')) text += piece
  return text
}

test('rows are whole, wherever what comes is cut', async () => {
  const rows = ['{"a":1}', '', '{"\u65e5":"\u{1f468}"}', `"${'x'.repeat(300)}"`]
  const binary = toBinary(rows)
  const expected = rows.map((row) => `<${row}>`).join('')
  for (let at = 0; at <= binary.length; at++)
    expect(await read([binary.subarray(0, at), binary.subarray(at)])).toBe(expected)
  expect(await read([...binary].map((byte) => Buffer.of(byte)))).toBe(expected)
  expect(await read([toBinary([])])).toBe('')
})
