import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'
import { runDrover } from '../support/drover-process.ts'
import { killActions } from '../support/killed-actions.ts'
import { bulkVerbs } from '../support/killed-verbs.ts'

let given: DatabaseAndHome

beforeAll(async () => {
  given = await createDatabaseAndHome({ own: false })
})

afterAll(() => given.remove())

const drover = (...line: string[]) =>
  runDrover([...line, '--db-url', given.database.target.url], { home: given.home })

test('what is done without a record is told, and what is done with one is on it', async () => {
  await given.database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, queue_name) values ('order-17', 'ENQUEUED', 'order', 'mails')`,
  )
  const bare = await drover('cancel', 'order-17', '--as', 'ada')
  expect(bare.code).toBe(0)
  expect(bare.stderr.match(/not recorded: drover audit init /g)).toHaveLength(1)
  expect((await drover('audit', 'init')).code).toBe(0)
  expect(await drover('resume', 'order-17', '--as', 'ada', '--comment', 'it was mine')).toMatchObject({
    code: 0,
    stderr: '',
  })
  const { stdout } = await drover('audit', 'order-17', '-o', 'json')
  expect(JSON.parse(stdout)).toMatchObject([
    { type: 'action', action: 'resume', by: 'ada', bySource: '--as', comment: 'it was mine' },
  ])
})

test('processes that are killed leave no change without its line, and no line without its change', async () => {
  expect(await killActions(given, { verbs: bulkVerbs, kills: 24 })).toMatchObject({ kills: 24, wrong: [] })
})
