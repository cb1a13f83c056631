import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { oneLook } from '../support/patience.ts'
import { runCli } from '../support/run-cli.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  await seedWorkflow(database, { workflowId: 'newer-1', name: 'order', status: 'PENDING' })
  await seedWorkflow(database, { workflowId: 'hostile-1', name: 'order', status: 'PENDING' })
  await database.query(`update dbos.workflow_status set status = 'PAUSED' where workflow_uuid = 'newer-1'`)
  await database.query(
    `update dbos.workflow_status set status = E'\\x1b[2J::error::' where workflow_uuid = 'hostile-1'`,
  )
})

afterAll(async () => {
  await database.drop()
})

const run = (line: string) => runCli(line, { openStore, env: { DROVER_DB_URL: database.target.url } })

test.each(['', ' -o json', ' -o jsonl'])(
  'a status that drover does not know is shown by its text%s',
  async (format) => {
    for (const command of ['list', 'get newer-1', 'explain newer-1']) {
      const { code, stdout } = await run(`${command}${format}`)
      expect({ command, code }).toEqual({ command, code: 0 })
      expect(stdout).toContain('UNKNOWN (PAUSED)')
    }
  },
)

test.each([
  ['steps newer-1', 0],
  ['events newer-1', 0],
  ['messages newer-1', 0],
  ['inbox', 0],
  ['list --count-by status', 0],
  [`watch newer-1 --timeout ${oneLook()}`, 124],
  [`wait newer-1 --timeout ${oneLook()}`, 124],
  ['result newer-1', 9],
  ['cancel newer-1', 9],
  ['fork newer-1 --from 0', 9],
  ['delete newer-1 --yes', 9],
] as const)('%s takes it for one that goes on', async (line, code) => {
  const ended = await run(line)
  expect(ended).toMatchObject({ code })
  expect(ended.stderr).not.toContain('bug')
})

test('a hostile status cannot act on a terminal', async () => {
  for (const command of ['list', 'get hostile-1', 'explain hostile-1', 'list --count-by status']) {
    const { stdout, stderr } = await run(command)
    expect(stdout + stderr).not.toContain('\x1b[2J')
  }
})
