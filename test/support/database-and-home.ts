import { createTestDatabase, type TestDatabase } from './database.ts'
import { createHome, removeHome } from './throw-away-home.ts'

/** What a process of drover needs: a database to work on, and a home. */
export interface DatabaseAndHome {
  readonly database: TestDatabase
  readonly home: string
  remove(): Promise<void>
}

export async function createDatabaseAndHome(
  options: { readonly own?: boolean } = {},
): Promise<DatabaseAndHome> {
  const [database, home] = [await createTestDatabase(options), await createHome()]
  return {
    database,
    home,
    remove: async () => {
      await database.drop()
      await removeHome(home)
    },
  }
}
