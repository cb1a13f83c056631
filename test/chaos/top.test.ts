import { afterAll, beforeAll, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { enterAndLeave, seedForTop, views, ways } from '../support/top-in-pty.ts'

let database: TestDatabase
let home: string

beforeAll(async () => {
  database = await createTestDatabase()
  home = await createHome()
  await seedForTop(database)
})

afterAll(async () => {
  await database.drop()
  await removeHome(home)
})

test.each(views.flatMap((view) => ways.map((way) => ({ ...view, way }))))(
  'out of the view $name by $way the terminal is as it was',
  (view) => enterAndLeave({ database, home }, view, view.way),
)
