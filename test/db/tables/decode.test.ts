import { createRequire } from 'node:module'
import path from 'node:path'
import { expect, test } from 'vitest'
import { isStreamEnd } from '../../../src/core/dbos-names.ts'
import type { JsonValue } from '../../../src/core/workflow.ts'
import { decodeError, decodeInput, decodeValue } from '../../../src/db/tables/decode.ts'
import { formatValue } from '../../../src/render/value.ts'

const require = createRequire(import.meta.url)
const sdk = path.dirname(require.resolve('@dbos-inc/dbos-sdk'))
const { DBOSJSON } = require(path.join(sdk, 'serialization.js'))

const base64 = (text: string) => Buffer.from(text).toString('base64')

test.each([
  ['nothing', null, 'js_superjson', null],
  ['SuperJSON', '{"json":{"a":[1]},"__dbos_serializer":"superjson"}', 'js_superjson', { a: [1] }],
  [
    'undefined',
    '{"json":null,"meta":{"values":["undefined"]},"__dbos_serializer":"superjson"}',
    'js_superjson',
    null,
  ],
  [
    'a Date',
    '{"json":"2026-01-02T03:04:05.678Z","meta":{"values":["Date"]},"__dbos_serializer":"superjson"}',
    'js_superjson',
    '2026-01-02T03:04:05.678Z',
  ],
  ['portable JSON', '{"json":1}', 'portable_json', { json: 1 }],
  ['portable null', 'null', 'portable_json', null],
  ['an older envelope without a label', '{"json":[1],"meta":{}}', null, [1]],
  ['plain JSON without a label', '{"a":1}', null, { a: 1 }],
  ['Go', base64('{"a":null}'), 'DBOS_JSON', { a: null }],
  ['nil of Go', '__DBOS_NIL', 'DBOS_JSON', null],
  ['Java', '{"@class":"Order","n":1}', 'java_jackson', { '@class': 'Order', n: 1 }],
  ['a pickle', 'gASVBg==', 'py_pickle', { $undecoded: 'py_pickle', raw: 'gASVBg==' }],
  ['a pickle without a label', 'gASVBg==', null, { $undecoded: 'py_pickle', raw: 'gASVBg==' }],
  ['a serializer of its own', 'x', 'acme', { $undecoded: 'acme', raw: 'x' }],
  ['broken JSON', '{"a":', 'portable_json', { $undecoded: 'portable_json', raw: '{"a":' }],
  ['broken Go', '%%', 'DBOS_JSON', { $undecoded: 'DBOS_JSON', raw: '%%' }],
  ['text without a label', 'hello', null, { $undecoded: 'unknown', raw: 'hello' }],
  [
    'a Date and a BigInt of SDK 3',
    '{"at":{"dbos_type":"dbos_Date","dbos_data":"2024-01-01T00:00:00.000Z"},"n":[{"dbos_type":"dbos_BigInt","dbos_data":"12"}]}',
    null,
    { at: '2024-01-01T00:00:00.000Z', n: ['12'] },
  ],
  [
    'a class that only the application knows',
    '{"json":{"cents":5},"meta":{"values":[["custom","Money"]]},"__dbos_serializer":"superjson"}',
    'js_superjson',
    { cents: 5 },
  ],
  ['a gob of Go', 'Bf+BAgE=', 'DBOS_GOB', { $undecoded: 'DBOS_GOB', raw: 'Bf+BAgE=' }],
  ['text full of brackets', JSON.stringify('[{"'.repeat(900)), 'portable_json', '[{"'.repeat(900)],
  ['a negative zero', '-0', 'portable_json', -0],
  ['a negative zero of Go', base64('[-0]'), 'DBOS_JSON', [-0]],
  ['text that looks like one', '{"json":"-0","__dbos_serializer":"superjson"}', 'js_superjson', '-0'],
  [
    'a place of a zero that is not there, or no place at all',
    '{"json":{"a":"-0","b":["-0"]},"meta":{"values":{"a.b.c":["number"],"__proto__.a":["number"],"b.length":["number"],"b.7":["number"],"toString":["number"],"b":7,"a":"number"}},"__dbos_serializer":"superjson"}',
    'js_superjson',
    { a: '-0', b: ['-0'] },
  ],
  ['a name of Object.prototype', 'x', 'constructor', { $undecoded: 'constructor', raw: 'x' }],
])('a value: %s', (_, text, serialization, expected) => {
  expect(decodeValue(text, serialization)).toEqual(expected)
})

test.each<{ readonly value: JsonValue }>([
  { value: -0 },
  { value: [-0, 0, '-0'] },
  { value: { a: -0, 'b.c': [{ d: -0 }], '': { '': -0 }, '0': [[-0]] } },
])('a zero is negative where the SDK wrote it so: %#', ({ value }) => {
  const text = DBOSJSON.stringify(value)
  expect(decodeValue(text, 'js_superjson')).toEqual(value)
  expect(decodeValue(text, null)).toEqual(value)
})

test('so is one in a Map', () => {
  const text = DBOSJSON.stringify({ rates: new Map([['-0', { low: -0 }]]), at: new Date(0) })
  expect(decodeValue(text, 'js_superjson')).toEqual({
    rates: [['-0', { low: -0 }]],
    at: '1970-01-01T00:00:00.000Z',
  })
})

test('arguments come as an array, with the named ones beside them where there are any', () => {
  expect(decodeInput('{"json":[1,"x"],"__dbos_serializer":"superjson"}', 'js_superjson')).toEqual([1, 'x'])
  expect(decodeInput('{"positionalArgs":[1],"namedArgs":{}}', 'portable_json')).toEqual([1])
  const named = { positionalArgs: [1], namedArgs: { retries: 2 } }
  expect(decodeInput(JSON.stringify(named), 'portable_json')).toEqual(named)
  expect(decodeInput(null, null)).toBeNull()
})

test.each([
  ['none', null, null, null],
  [
    'native, with its cause',
    '{"json":{"name":"TypeError","message":"no","stack":"TypeError: no","cause":{"message":"why"}},"__dbos_serializer":"superjson"}',
    'js_superjson',
    { name: 'TypeError', message: 'no', stack: 'TypeError: no', cause: { message: 'why' } },
  ],
  [
    'portable',
    '{"name":"ValueError","message":"bad","code":7,"data":{"field":"x"}}',
    'portable_json',
    { name: 'ValueError', message: 'bad', code: 7, data: { field: 'x' } },
  ],
  [
    'portable, as the SDK hands it on',
    '{"json":{"name":"Error","message":"{\\"name\\":\\"ValueError\\",\\"message\\":\\"bad\\",\\"code\\":7}"},"__dbos_serializer":"superjson"}',
    'js_superjson',
    { name: 'ValueError', message: 'bad', code: 7 },
  ],
  ['of Go', 'order 7 not found', 'DBOS_JSON', { name: 'Error', message: 'order 7 not found' }],
  ['thrown text', '"oops"', 'portable_json', { name: 'Error', message: 'oops' }],
  ['a thrown object', '{"reason":1}', 'portable_json', { name: 'Error', message: '{"reason":1}' }],
  [
    'a pickle',
    'gASVBg==',
    'py_pickle',
    { name: 'Error', message: '<py_pickle 8 B>', data: { $undecoded: 'py_pickle', raw: 'gASVBg==' } },
  ],
])('an error: %s', (_, text, serialization, expected) => {
  expect(decodeError(text, serialization)).toEqual(expected)
})

test('the closing mark is known in every dialect, and a value that looks alike is not one', () => {
  expect(isStreamEnd('"__DBOS_STREAM_CLOSED__"')).toBe(true)
  expect(isStreamEnd('__DBOS_STREAM_CLOSED__')).toBe(true)
  expect(isStreamEnd('gASVGgAAAAAAAACMFl9fREJPU19TVFJFQU1fQ0xPU0VEX1+ULg==')).toBe(true)
  expect(isStreamEnd('{"json":"__DBOS_STREAM_CLOSED__","__dbos_serializer":"superjson"}')).toBe(false)
})

test('whatever lies in the database, it is decoded to something that can be printed', () => {
  const deep = '['.repeat(100_000)
  const closed = `${deep}${']'.repeat(100_000)}`
  const hostile = [
    '',
    '{',
    '[]]',
    '"\\',
    '\u0000',
    '{"json":',
    '{"json":{}}',
    '{"meta":1}',
    'null',
    '\ud800',
    '{"__proto__":1}',
  ]
  const many = [...hostile, deep, closed, `{"json":${closed}}`, base64(closed), '{"$undecoded":1,"raw":2}']
  const formats = [
    null,
    '',
    'js_superjson',
    'portable_json',
    'java_jackson',
    'DBOS_JSON',
    'DBOS_GOB',
    'py_pickle',
    'x',
  ]
  for (const text of many) {
    for (const format of formats) {
      for (const decode of [decodeValue, decodeInput, decodeError]) {
        const decoded = decode(text, format)
        expect(() => JSON.stringify(decoded)).not.toThrow()
        expect(() => formatValue(decoded as JsonValue)).not.toThrow()
      }
    }
  }
})
