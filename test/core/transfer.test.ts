import { expect, test } from 'vitest'
import { createRedaction } from '../../src/core/transfer/redact.ts'
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
