import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

/** A store on a database of its own. */
export interface RealStore {
  readonly database: TestDatabase
  readonly store: Store
  close(): Promise<void>
}

export async function openRealStore(): Promise<RealStore> {
  const database = await createTestDatabase()
  const store = await openStore(database.target)
  return {
    database,
    store,
    close: async () => {
      await store.close()
      await database.drop()
    },
  }
}
