import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Dbos, type DecisionQuestion, requestDecision } from '../../src/library/request-decision.ts'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'
import { runDrover, startDrover } from '../support/drover-process.ts'
import { waitUntil } from '../support/wait-until.ts'

const repository = path.join(import.meta.dirname, '../..')

let given: DatabaseAndHome
beforeAll(async () => {
  given = await createDatabaseAndHome()
})
afterAll(() => given.remove())

/** A `DBOS` inside a workflow that is answered at once. */
function createDbos(answer: unknown) {
  const calls: unknown[] = []
  const dbos = {
    isWithinWorkflow: () => true,
    setEvent: async (...args: unknown[]) => void calls.push(['setEvent', ...args]),
    recv: async (...args: unknown[]) => {
      calls.push(['recv', ...args])
      return answer
    },
  } as Dbos
  return { dbos, calls }
}

const ask = (answer: unknown, question: Partial<DecisionQuestion> = {}) =>
  requestDecision({ prompt: 'Go?', ...question }, createDbos(answer))

test('the question is published right before the wait, and they agree on the topic', async () => {
  const { dbos, calls } = createDbos(null)
  await requestDecision({ prompt: 'Go?', topic: 'legal', timeoutSeconds: 5, details: { order: 7 } }, { dbos })
  expect(calls).toEqual([
    ['setEvent', 'awaiting:legal', { order: 7, topic: 'legal', prompt: 'Go?' }],
    ['recv', 'legal', 5],
  ])
})

test('yes, no, nobody and something else are four outcomes', async () => {
  const yes = { approved: true, by: 'ada', comment: null, at: 'now' }
  expect(await ask(yes)).toEqual({ outcome: 'approved', by: 'ada', comment: null, answer: yes })
  const no = { approved: false, by: 'bob', comment: 'too much' }
  expect(await ask(no)).toEqual({ outcome: 'rejected', by: 'bob', comment: 'too much', answer: no })
  expect(await ask(null)).toEqual({ outcome: 'timed-out' })
  expect(await ask('maybe')).toEqual({ outcome: 'other', answer: 'maybe' })
})

test('answers that the question itself names are understood', async () => {
  const question = { approve: 'ship', reject: { stop: true } }
  expect(await ask('ship', question)).toMatchObject({ outcome: 'approved', by: null })
  expect(await ask({ stop: true }, question)).toMatchObject({ outcome: 'rejected' })
  expect(await ask('else', question)).toMatchObject({ outcome: 'other' })
})

test('outside a workflow it says so', async () => {
  await expect(requestDecision({ prompt: 'Go?' })).rejects.toThrow('must be called inside a DBOS workflow')
})

test("it asks through the application's own copy of the SDK, not through drover's", async () => {
  const { database, home } = given
  const app = path.join(home, 'app')
  await installOwnSdk(app)
  const library = path.join(repository, 'dist/index.js')
  await writeFile(
    path.join(app, 'app.mjs'),
    `import { DBOS } from '@dbos-inc/dbos-sdk'
     import { requestDecision } from '${library}'
     DBOS.registerWorkflow(() => requestDecision({ prompt: 'Own copy?' }), { name: 'asking' })`,
  )
  const options = { home, env: { DROVER_DB_URL: database.target.url } }
  const running = startDrover(
    ['run', 'asking', '--app', path.join(app, 'app.mjs'), '--application', 'own', '--id', 'own'],
    options,
  )
  await waitUntil('it waits', () => running.stderr().includes('drover approve own#1'))
  expect(await runDrover(['approve', 'own', '--as', 'ada'], options)).toMatchObject({ code: 0 })
  const { code, stdout } = await running.ended
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'approved', by: 'ada' })
})

/** A real second copy; what it needs besides is shared. */
async function installOwnSdk(app: string): Promise<void> {
  const [from, to] = [path.join(repository, 'node_modules'), path.join(app, 'node_modules')]
  await mkdir(path.join(to, '@dbos-inc'), { recursive: true })
  await cp(path.join(from, '@dbos-inc/dbos-sdk'), path.join(to, '@dbos-inc/dbos-sdk'), {
    recursive: true,
    dereference: true,
  })
  for (const name of await readdir(from)) {
    if (!name.startsWith('.') && name !== '@dbos-inc')
      await symlink(path.join(from, name), path.join(to, name))
  }
}
