import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openStore } from '../../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { startWireProxy, type WireProxy } from '../../support/wire-proxy.ts'

const count = 10_000
const ids = Array.from({ length: count }, (_, n) => `crowd-${n}`)

let database: TestDatabase
let proxy: WireProxy
/** Of the statements that came through, what each of them named of these workflows. */
let named: number[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await startWireProxy(inject('serverUrl'), ({ sql }) => {
    named.push(sql.match(/crowd-\d+/g)?.length ?? 0)
    return undefined
  })
  await database.query(`insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, created_at)
    select 'crowd-' || n, 'PENDING', 'crowd', 'crowd', 1 from generate_series(0, ${count - 1}) n`)
})

afterAll(async () => {
  proxy.close()
  await database.drop()
})

test.each([
  ['each by a follower of its own', ids.map((id) => [id])],
  ['all by one', [ids]],
])(
  'of ten thousand workflows that are followed, %s, the first is told after a few small statements',
  async (_, groups) => {
    const target = { ...database.target, url: proxy.urlOf(database.target.url) }
    const store = await openStore(target)
    const leaving = new AbortController()
    named = []
    let atFirst: readonly number[] | undefined
    const followed = groups.map(async (group) => {
      for await (const change of store.follow(group, { signal: leaving.signal, cursors: false })) {
        expect(change.type).toBe('status')
        atFirst ??= [...named]
        leaving.abort()
      }
    })
    await waitUntil('one is told', () => atFirst !== undefined)
    await Promise.all(followed)
    await store.close()
    // One statement may ask of all of them whether they are there; none reads more than some hundred.
    const large = (atFirst ?? []).filter((one) => one > 1000)
    expect(large.length).toBeLessThanOrEqual(1)
    expect(atFirst?.length).toBeLessThan(20)
  },
)
