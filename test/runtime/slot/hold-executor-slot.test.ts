import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockKey, slotSession } from '../../../src/core/dbos-names.ts'
import { renderPhrase } from '../../../src/core/words/command-line.ts'
import { holdExecutorSlot } from '../../../src/runtime/slot/hold-executor-slot.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { waitUntil } from '../../support/wait-until.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(async () => {
  await database?.drop()
})

const sessions = async () =>
  database.query(
    'select pid from pg_stat_activity where datname = current_database() and application_name = $1',
    [slotSession],
  )

test('a lock that is refused on a living connection closes it, and is tried again on another', async () => {
  const executorId = `drover-${randomUUID()}`
  const lines: string[] = []
  const count = (text: string) => lines.filter((line) => line.includes(text)).length
  const slot = await holdExecutorSlot(
    { executorId, application: 'shop', version: 'v1', registration: null },
    database.target,
    (_, line) => lines.push(renderPhrase(line)),
  )
  const [first] = await sessions()
  const other = new pg.Client({ connectionString: database.target.url, options: '-c lock_timeout=0' })
  await other.connect()
  // It gets the slot as soon as its holder is gone, and every attempt to lock it again is refused.
  const taken = other.query(`select pg_advisory_lock(${lockKey.slot('$1::text')})`, [executorId])
  await waitUntil('another one stands in line', async () => {
    const [row] = await database.query(
      `select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted`,
    )
    return row?.waiting === 1
  })
  await database.query(`alter database ${database.name} set lock_timeout = '20ms'`)
  await database.query('select pg_terminate_backend($1)', [first?.pid])
  await taken
  await waitUntil('three attempts were refused', () => count('lock timeout') >= 3)
  await waitUntil('the refused ones are closed', async () => (await sessions()).length <= 1)
  await other.end()
  await waitUntil('the slot is locked again', () => count('again') > 0)
  await waitUntil('it has the one connection', async () => (await sessions()).length === 1)
  await slot.release()
  await waitUntil('that one is closed too', async () => (await sessions()).length === 0)
})

test('what is announced is heard, whatever it is, and on another connection once that one was lost', async () => {
  const heard: string[] = []
  const lines: string[] = []
  const slot = await holdExecutorSlot(
    { executorId: `drover-${randomUUID()}`, application: 'shop', version: 'v1', registration: null },
    database.target,
    (_, line) => lines.push(renderPhrase(line)),
    (payload) => heard.push(payload),
  )
  try {
    const payloads = ['dbos mails', '', 'x'.repeat(7999), '\u001b[2J\u202e{"', 'dbos \n']
    const announce = (texts: readonly string[]) =>
      database.query(`select pg_notify('drover_enqueued', text) from unnest($1::text[]) text`, [texts])
    await announce(payloads)
    await waitUntil('all were heard', () => heard.length === payloads.length)
    expect(heard).toEqual(payloads)
    const [first] = await sessions()
    await database.query('select pg_terminate_backend($1)', [first?.pid])
    await waitUntil('the slot is locked again', () => lines.some((line) => line.includes('again')))
    await announce(['dbos calls'])
    await waitUntil('it hears again', () => heard.at(-1) === 'dbos calls')
  } finally {
    await slot.release()
  }
})
