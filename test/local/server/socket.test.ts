import { chmodSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { socketDirectory } from '../../../src/local/server/socket.ts'
import { createEmptyHome, removeHome } from '../../support/throw-away-home.ts'
import { anyDatabase, createTestHome, query, type TestHome } from '../test-home.ts'

/** Too deep for the socket of a server. */
const deep = 'deep'.repeat(25)

async function createEmptyHomeNamed(name: string): Promise<TestHome> {
  const outer = await createEmptyHome()
  const place = await createTestHome(path.join(outer, name))
  onTestFinished(async () => {
    await place.remove()
    await removeHome(outer)
  })
  return place
}

test('the socket lies in the home as long as its path fits, to the byte', () => {
  const longest = `/${'x'.repeat(91)}`
  expect(socketDirectory('/home', longest, 'linux')).toBe(longest)
  expect(socketDirectory('/home', `${longest}x`, 'linux')).toMatch(/^\/tmp\/drover-\d+-[0-9a-f]{10}$/)
  expect(socketDirectory('/home', longest, 'darwin')).toMatch(/^\/tmp\/drover-/)
})

test('two homes never share a fallback', () => {
  const tooLong = `/${'x'.repeat(200)}`
  expect(socketDirectory('/one', tooLong)).not.toBe(socketDirectory('/two', tooLong))
})

test('a home with too long a path for a socket has it in a private directory in /tmp', async () => {
  const place = await createEmptyHomeNamed(deep)
  const local = place.local()
  const { url } = await local.open(anyDatabase)
  expect(new URL(url).searchParams.get('host')).toMatch(/^\/tmp\/drover-/)
  expect(statSync(place.layout.sockets).mode & 0o777).toBe(0o700)
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  await local.leave()
})

test('a directory that somebody else put in that place is refused', async () => {
  const place = await createEmptyHomeNamed(deep)
  mkdirSync(place.layout.sockets)
  chmodSync(place.layout.sockets, 0o777)
  await expect(place.local().open(anyDatabase)).rejects.toMatchObject({
    code: 'embedded-database-failed',
    message: `The socket directory ${place.layout.sockets} is not private to the user that runs the embedded database.`,
    hint: `rm -r ${place.layout.sockets}`,
  })
})

test('a home may have spaces and marks in its name', async () => {
  const place = await createEmptyHomeNamed(`Ada’s Application Support, #1+1 & 100 %`)
  const local = place.local()
  const { url } = await local.open(anyDatabase)
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  await local.leave()
  expect(place.pid()).toBeUndefined()
})
