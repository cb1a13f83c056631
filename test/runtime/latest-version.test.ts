import path from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/wait-until.ts'
import { type Host, startHost } from './host-process.ts'

const fixtures = path.join(import.meta.dirname, '../fixtures')

/** A database that drover did not create. */
let database: TestDatabase
const databases: TestDatabase[] = []
const hosts: Host[] = []

beforeEach(async () => {
  database = await createTestDatabase({ own: false })
  databases.push(database)
})

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill()))
})

afterAll(async () => {
  await Promise.all(databases.map((one) => one.drop()))
})

async function launch(version: string | undefined): Promise<string> {
  const host = await startHost('work.mjs', { cwd: fixtures })
  hosts.push(host)
  const launched = await host.launch({ database: database.target, own: false, version })
  return launched.version
}

/** The newest, which is the latest, first. */
const versions = async (application = 'work') => {
  const rows = await database.query(
    `select version_name from dbos.application_versions
     where application_name = $1 or application_name is null order by version_timestamp desc`,
    [application],
  )
  return rows.map((row) => row.version_name)
}

const register = (version: string, application: string | null) =>
  database.query(
    `insert into dbos.application_versions (version_id, version_name, application_name) values ($1, $1, $2)`,
    [version, application],
  )

test('launching a version of an application that has one already never makes it the latest', async () => {
  await register('v1', 'work')
  await launch('v2')
  expect(await versions()).toEqual(['v1', 'v2'])
  const computed = await launch(undefined)
  expect(computed).toMatch(/^[0-9a-f]{32}$/)
  expect((await versions())[0]).toBe('v1')
  expect(await versions()).toContain(computed)
})

test('what nobody owns counts as a version that the application has', async () => {
  await register('unclaimed', null)
  await launch('v2')
  expect(await versions()).toEqual(['unclaimed', 'v2'])
})

test('the first version of an application is its latest, whatever others run', async () => {
  await register('theirs', 'other')
  await launch('v1')
  expect(await versions()).toEqual(['v1'])
  expect(await versions('other')).toEqual(['theirs'])
})

test("PENDING workflows of its version that the application's own dead executor left are taken over", async () => {
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_name, application_version, serialization)
     select id, 'PENDING', 'work', 'local', 'work', version, 'portable_json'
     from (values ('mine', 'v1'), ('of-another-version', 'v0')) as left_behind(id, version)`,
  )
  await database.query(
    `insert into dbos.workflow_input (workflow_uuid, inputs) values ('mine', '{"positionalArgs": [1, 0]}')`,
  )
  await launch('v1')
  await waitUntil(
    'it ended',
    async () => {
      const [row] = await database.query(
        `select status from dbos.workflow_status where workflow_uuid = 'mine'`,
      )
      return row?.status === 'SUCCESS'
    },
    60_000,
  )
  expect(hosts[0]?.handedOver).toEqual(['mine'])
})
