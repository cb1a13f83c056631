import { randomUUID } from 'node:crypto'
import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { inject } from 'vitest'
import type { DatabaseTarget } from '../../src/core/database.ts'
import { atEndOfFile } from './end-of-file.ts'
import { patience } from './patience.ts'

const template = 'drover_test_template'

export interface TestDatabase {
  readonly name: string
  readonly target: DatabaseTarget
  /** As another role that may log in has it. */
  targetAs(role: string): DatabaseTarget
  query(sql: string, parameters?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
  /** Another database with the same rows. Ends the sessions of this one. */
  clone(): Promise<TestDatabase>
  drop(): Promise<void>
}

/** The same server, another database. */
export function urlOfDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Once a run: gives a database the system tables. */
export async function migrateSeed(url: string): Promise<void> {
  await DBOS.migrate(url)
}

/** Once a run: a copy of the migrated database `seed`, which the tests' databases are cloned from. */
export async function createTemplate(serverUrl: string, seed: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(`create database ${template} template ${seed}`)
  } finally {
    await client.end()
  }
}

/** A database of its own for a test file. `own` (the default) marks it as created by drover. */
export async function createTestDatabase(
  options: { readonly own?: boolean; readonly empty?: boolean; readonly source?: string } = {},
): Promise<TestDatabase> {
  const serverUrl = inject('serverUrl')
  const admin = connectAsAdmin(serverUrl)
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  const source = options.empty ? 'template1' : (options.source ?? template)
  await admin.query(`create database ${name} template ${source} strategy file_copy`)
  if (options.own !== false) await admin.query(`alter database ${name} set drover.created = 'on'`)
  const url = urlOfDatabase(serverUrl, name)
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'drover-test' })
  pool.on('error', () => {})
  const target = { url, schema: 'dbos', label: `test database ${name}`, connectTimeoutMs: patience() }
  let isDropped = false
  const drop = async () => {
    if (isDropped) return
    isDropped = true
    await pool.end()
    await admin.query(`drop database if exists ${name} with (force)`)
  }
  atEndOfFile(drop)
  return {
    name,
    target,
    targetAs: (role) => {
      const roleUrl = new URL(url)
      roleUrl.username = role
      return { ...target, url: roleUrl.href }
    },
    query: async (sql, parameters) => (await pool.query(sql, parameters?.slice())).rows,
    clone: async () => {
      await admin.query(
        `select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '${name}'`,
      )
      return createTestDatabase({ own: options.own, source: name })
    },
    drop,
  }
}

let admin: pg.Pool | undefined

/** The one connection that all files of this process create and drop their databases with: each costs the server 20 ms. */
function connectAsAdmin(connectionString: string): pg.Pool {
  if (admin) return admin
  admin = new pg.Pool({ connectionString, max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true })
  admin.on('error', () => {})
  return admin
}
