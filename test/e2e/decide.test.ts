import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { raceForDecision } from '../support/decision-race.ts'
import { launchDbos } from '../support/launch-dbos.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'

let database: TestDatabase
let store: Store
let home: string

beforeAll(async () => {
  database = await createTestDatabase()
  await launchDbos(database)
  store = await openStore(database.target)
  home = await createHome()
})

afterAll(async () => {
  await store.close()
  await DBOS.shutdown()
  await database.drop()
  await removeHome(home)
})

test('of two processes that approve and reject at the same time one decides, ten times', async () => {
  for (let round = 0; round < 10; round++) {
    expect(await raceForDecision({ database, store, home }, `race-${round}`)).toMatch(/approved|rejected/)
  }
})
