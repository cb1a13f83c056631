import { expect } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { createFakeStore } from './fake-store.ts'
import type { FakeWorkflow } from './fake-workflow.ts'
import { seedWorkflow } from './seed-workflow.ts'

/** The same workflows in a fake store and in a real one. */
export interface TwoStores {
  readonly database: TestDatabase
  readonly fake: Store
  readonly real: Store
  /** Asks both, and they must agree. */
  ask<Answer>(question: (store: Store) => Promise<Answer>): Promise<Answer>
  close(): Promise<void>
}

export async function openTwoStores(
  workflows: readonly FakeWorkflow[],
  options: Parameters<typeof createFakeStore>[1] = {},
): Promise<TwoStores> {
  const database = await createTestDatabase()
  for (const workflow of workflows) await seedWorkflow(database, workflow)
  const real = await openStore(database.target)
  const fake = createFakeStore(workflows, { now: () => new Date(), ...options })
  return {
    database,
    fake,
    real,
    ask: async (question) => {
      const [told, stored] = [await question(fake), await question(real)]
      expect(told).toEqual(stored)
      return stored
    },
    close: async () => {
      await Promise.all([fake.close(), real.close()])
      await database.drop()
    },
  }
}
