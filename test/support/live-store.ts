import { DBOS } from '@dbos-inc/dbos-sdk'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase } from './database.ts'
import { launchDbos } from './launch-dbos.ts'
import type { RealStore } from './real-store.ts'

/** A store beside a real runtime in this process, on a database of their own. */
export type LiveStore = RealStore

/** For the workflows that were registered before. */
export async function openLiveStore(): Promise<LiveStore> {
  const database = await createTestDatabase()
  await launchDbos(database)
  const store = await openStore(database.target)
  return {
    database,
    store,
    close: async () => {
      await store.close()
      await DBOS.shutdown()
      await database.drop()
    },
  }
}
