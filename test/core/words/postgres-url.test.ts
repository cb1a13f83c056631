import pg from 'pg'
import { expect, test } from 'vitest'
import { isThisMachine, readPostgresUrl, withHost } from '../../../src/core/words/postgres-url.ts'

test.each([
  'postgres://u:p@h:5433/x',
  'postgres://u@h/x?host=other&port=6000',
  'postgres://u@h/x?host=',
  'postgres://u@h/x?host=127.0.0.1&host=evil.example',
  'postgres://u@/x?host=/var/run/postgresql',
  'postgres://u@%2Fvar%2Frun/x',
  'postgres://u:p%40q@[::1]:5432/x',
  'postgres://u@h/x?user=v&password=w',
  'postgres://u:a b@h/x',
  'postgres://u@h/a%2zb?host=%2Ftmp',
  'postgres://u@127.0.0.1.evil.example/x',
  'postgresql://u@h\n.example/x',
])('%s names the host and port that the driver connects to', (url) => {
  const client = new pg.Client({ connectionString: withHost(url) })
  const read = readPostgresUrl(url)
  expect({ host: read?.host, port: Number(read?.port), user: read?.user }).toEqual({
    host: client.host,
    port: client.port,
    user: client.user,
  })
  expect(read?.hasPassword).toBe(Boolean((client as unknown as { password: string | null }).password))
})

test.each([
  '',
  'x',
  'mysql://h/x',
  'host=h',
  'postgres:h',
  'postgres://u@h:x/y',
  'postgres://%zz/x?host=%',
  '\ud800',
])('%j is no Postgres URL, and no reason to break', (url) => {
  expect(() => readPostgresUrl(url)).not.toThrow()
})

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.9.8.7', true],
  ['::1', true],
  ['/var/run/postgresql', true],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['127.0.0.256', false],
  ['0.0.0.0', false],
  ['db', false],
])('%s is this machine: %s', (host, expected) => {
  expect(isThisMachine(host)).toBe(expected)
})
