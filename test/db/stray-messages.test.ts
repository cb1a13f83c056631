import { afterAll, beforeAll, expect, test } from 'vitest'
import { minutesAgo } from '../support/family.ts'
import { runCli } from '../support/run-cli.ts'
import { openTwoStores, type TwoStores } from '../support/two-stores.ts'

/** They did not ask, and wait on topic `webhook`. */
const workflow = (workflowId: string, topics: readonly (string | null)[], timeoutSeconds = 3600) => ({
  workflowId,
  name: 'payment',
  createdAt: minutesAgo(2),
  did: [{ recv: 'webhook', timeoutSeconds }],
  unread: topics.map((topic) => ({ topic, message: 1 })),
})

let stores: TwoStores

beforeAll(async () => {
  stores = await openTwoStores([
    workflow('astray', ['refund', null]),
    workflow('late', ['refund'], 1),
    workflow('paid', ['refund', 'webhook']),
    workflow('quiet', []),
  ])
})

afterAll(() => stores.close())

const profile = { '/project/drover.config.json': '{ "workflows": { "payment": { "topic": "webhook" } } }' }

test('a wait that did not ask is answered by what lies on its topic, wherever that is known from', async () => {
  const states = async (line: string, files = {}) => {
    const rows = await stores.ask(async (store) => {
      const lent = { ...store, close: async () => {} }
      const { stdout } = await runCli(line, { store: lent, files, now: new Date() })
      return stdout
        .split('\n')
        .filter(Boolean)
        .map((text) => JSON.parse(text))
    })
    return Object.fromEntries(rows.map(({ workflowId, state }) => [workflowId, state]))
  }
  expect(await states('inbox -o jsonl', profile)).toEqual({
    astray: 'waiting',
    late: 'overdue',
    paid: 'answered',
    quiet: 'waiting',
  })
  // Nothing tells on which topic: any message may be the answer.
  expect(await states('inbox -o jsonl')).toEqual({
    astray: 'answered',
    late: 'answered',
    paid: 'answered',
    quiet: 'waiting',
  })
})

test('get says the same of it as inbox', async () => {
  const lent = { ...stores.real, close: async () => {} }
  const run = async (line: string) =>
    (await runCli(line, { store: lent, files: profile, now: new Date() })).stdout
  expect(await run('get astray')).not.toContain('answered')
  expect(await run('inbox --no-pick')).toMatch(/^astray#0\t.*\twaiting\t/m)
})
