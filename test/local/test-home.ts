import { existsSync, readFileSync } from 'node:fs'
import pg from 'pg'
import type { LocalDatabase } from '../../src/core/embedded-database.ts'
import { type Layout, layoutOf } from '../../src/local/cluster/layout.ts'
import { createLocalDatabase, type LocalDatabaseOptions } from '../../src/local/local-database.ts'
import { livingPostmaster } from '../../src/local/server/postmaster.ts'
import { patience } from '../support/patience.ts'
import { createEmptyHome, removeHome } from '../support/throw-away-home.ts'

export const isRoot = process.getuid?.() === 0

export const anyDatabase = { database: 'drover', connectTimeoutMs: patience() }

/** A home with an embedded database of its own. */
export interface TestHome {
  readonly home: string
  readonly layout: Layout
  /** Each is a user of its own, as another process would be. */
  local(options?: Partial<LocalDatabaseOptions>): LocalDatabase
  /** Process number of the server, undefined while none runs. */
  pid(): number | undefined
  log(): string
  remove(): Promise<void>
}

export async function createTestHome(home?: string): Promise<TestHome> {
  const directory = home ?? (await createEmptyHome())
  const layout = layoutOf(directory)
  const local: TestHome['local'] = (options) =>
    createLocalDatabase({ home: directory, env: process.env, settings: { fsync: 'off' }, ...options })
  return {
    home: directory,
    layout,
    local,
    pid: () => livingPostmaster(layout.postmasterFile)?.pid,
    log: () => (existsSync(layout.log) ? readFileSync(layout.log, 'utf8') : ''),
    remove: async () => {
      await local().reset({ database: 'drover', all: true })
      await removeHome(directory)
    },
  }
}

export async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'test' })
  // The query rejects; what comes after it is of no interest.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
