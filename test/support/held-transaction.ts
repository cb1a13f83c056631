import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { TestDatabase } from './database.ts'
import { waitUntil } from './wait-until.ts'

/** Somebody's transaction that did this much, and is committed when the test says so. */
export interface HeldTransaction {
  query(sql: string): Promise<void>
  commit(): Promise<void>
}

/** Until the test ends at the latest. */
export async function holdTransaction(database: TestDatabase, sql: string): Promise<HeldTransaction> {
  const client = new pg.Client({ connectionString: database.target.url, application_name: 'holder' })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  const query = async (text: string): Promise<void> => {
    await client.query(text)
  }
  await query(`begin; ${sql}`)
  return { query, commit: () => query('commit') }
}

/** So many sessions of drover's wait for a lock. */
export function untilBlocked(database: TestDatabase, count: number): Promise<unknown> {
  return waitUntil(`${count} wait for a lock`, async () => {
    const rows = await readBlocked(database)
    return rows.filter(({ name }) => name === 'drover').length === count
  })
}

/** A session of whoever it is waits for a lock with a statement that begins so. */
export function untilBlockedAt(database: TestDatabase, statement: string): Promise<unknown> {
  return waitUntil(`${statement} waits for a lock`, async () => {
    const rows = await readBlocked(database)
    return rows.some(({ query }) => String(query).trim().startsWith(statement))
  })
}

function readBlocked(database: TestDatabase) {
  return database.query(
    `select application_name as name, query from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  )
}
