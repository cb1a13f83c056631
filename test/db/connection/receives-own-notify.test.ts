import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, createSession, disconnect } from '../../../src/db/connection/connect.ts'
import { receivesOwnNotify } from '../../../src/db/connection/receives-own-notify.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a connection hears itself by what was meant for it, and by nothing else', async () => {
  const { signal } = new AbortController()
  const client = await connect(database.target, signal)
  const session = createSession(database.target)
  try {
    expect(await receivesOwnNotify(client, session, 5000, signal)).toBe(true)
    // As behind a pooler: its own goes elsewhere, and what comes here is another one's.
    await client.query('listen of_another')
    const elsewhere = { query: async () => session.query(`select pg_notify('of_another', '')`) }
    const heard = new Promise((resolve) => client.once('notification', ({ channel }) => resolve(channel)))
    expect(await receivesOwnNotify(client, elsewhere, 300, signal)).toBe(false)
    expect(await heard).toBe('of_another')
  } finally {
    await session.close()
    await disconnect(client)
  }
})
