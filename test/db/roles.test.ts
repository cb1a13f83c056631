import { readFileSync } from 'node:fs'
import path from 'node:path'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { runCli } from '../support/run-cli.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'

const roles = ['reader', 'sender', 'operator'] as const
type Role = (typeof roles)[number]

const documentation = readFileSync(path.join(import.meta.dirname, '../../docs/production.md'), 'utf8')
const grantsOf = (role: Role) => documentation.split(`\`\`\`sql ${role}\n`)[1]?.split('```')[0] ?? ''

let database: TestDatabase
const stores = new Map<Role, Store>()

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  for (const role of roles) {
    await database.query(`create role drover_${role} login`)
    await database.query(grantsOf(role))
    stores.set(role, await openStore(database.targetAs(`drover_${role}`)))
  }
  const client = await DBOSClient.create({ systemDatabaseUrl: database.target.url })
  await client.createSchedule({ scheduleName: 'nightly', workflowName: 'w', schedule: '0 0 3 * * *' })
  await client.registerQueue('mails')
  await client.destroy()
  await database.query(
    `insert into dbos.application_versions (version_id, version_name, version_timestamp, application_name)
     values ('1', 'v1', 1000, 'example'), ('2', 'v2', 2000, 'example'), ('3', 'v3', 3000, null)`,
  )
})

afterAll(async () => {
  for (const store of stores.values()) await store.close()
  await database.query('drop owned by drover_reader, drover_sender, drover_operator')
  await database.query('drop role drover_reader, drover_sender, drover_operator')
  await database.drop()
})

let seeded = 0

/** A workflow of its own for every try. */
async function seed(status: 'PENDING' | 'ERROR' | 'CANCELLED'): Promise<string> {
  seeded += 1
  const workflowId = `w-${seeded}`
  await seedWorkflow(database, {
    workflowId,
    status,
    executorId: `gone-${workflowId}`,
    error: status === 'ERROR' ? { name: 'E', message: 'x' } : null,
    createdAt: new Date(Date.now() - 60_000),
    did: [
      { step: 'a' },
      { event: 'progress', value: 1 },
      { stream: 'log', value: 1 },
      { closeStream: 'log' },
      { step: 'b', error: { name: 'E', message: 'x' } },
    ],
  })
  return workflowId
}

/** The store outlives the command. */
function run(role: Role, line: string): ReturnType<typeof runCli> {
  const store = stores.get(role)
  return runCli(line, { store: store && { ...store, close: async () => {} }, slept: [] })
}

/** Who may, from which role on; `ID` is a workflow of the status that is named. */
const tries: readonly (readonly [Role, string, 'PENDING' | 'ERROR' | 'CANCELLED'])[] = [
  ['reader', 'list', 'PENDING'],
  ['reader', 'get ID', 'ERROR'],
  ['reader', 'steps ID', 'ERROR'],
  ['reader', 'events ID', 'PENDING'],
  ['reader', 'stream ID log', 'PENDING'],
  ['reader', 'messages ID', 'PENDING'],
  ['reader', 'inbox', 'PENDING'],
  ['reader', 'explain ID', 'PENDING'],
  ['reader', 'workers', 'PENDING'],
  ['reader', 'queues', 'PENDING'],
  ['reader', 'schedules', 'PENDING'],
  ['reader', 'versions', 'PENDING'],
  ['reader', 'cancel ID --dry-run', 'PENDING'],
  ['sender', 'send ID hello', 'PENDING'],
  ['sender', 'start fresh --application example --app-version v1 --id ID-new', 'PENDING'],
  ['operator', 'cancel ID', 'PENDING'],
  ['operator', 'resume ID', 'CANCELLED'],
  ['operator', 'fork ID --from failed', 'ERROR'],
  ['operator', 'rewind ID --from 1 --yes', 'ERROR'],
  ['operator', 'delete ID --yes', 'ERROR'],
  ['operator', 'queues create ID', 'PENDING'],
  ['operator', 'queues set mails --concurrency COUNT', 'PENDING'],
  ['operator', 'versions promote v1', 'PENDING'],
  ['sender', 'schedules trigger nightly', 'PENDING'],
  ['operator', 'schedules pause nightly', 'PENDING'],
]

test.each(tries)(
  'from %s on a role may `%s`, and the others are told what they miss',
  async (least, line, status) => {
    for (const role of roles) {
      const id = await seed(status)
      const typed = line.replace('ID', id).replace('COUNT', String(seeded))
      const { code, stderr } = await run(role, typed)
      if (roles.indexOf(role) >= roles.indexOf(least)) {
        expect({ role, code, stderr: code === 0 ? '' : stderr }).toEqual({ role, code: 0, stderr: '' })
      } else {
        expect({ role, code }).toEqual({ role, code: 3 })
        expect(stderr).toMatch(new RegExp(`hint: grant [a-z, ]+ on dbos\\.\\w+ to drover_${role}`))
      }
    }
  },
)

test('an operator recovers; a reader sees what there is to recover', async () => {
  const id = await seed('PENDING')
  const dry = await run('reader', `recover ${id} --dry-run -o jsonl`)
  expect(JSON.parse(dry.stdout)).toMatchObject({ workflowId: id, outcome: 'stranded' })
  const request = { application: 'example', version: 'v1', seenAt: new Date() }
  expect(await stores.get('operator')?.handOver({ ...request, executorId: `gone-${id}` })).toEqual([id])
})
