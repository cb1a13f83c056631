import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { droverBin } from '../support/drover-process.ts'
import type { FakeTerminal } from '../support/fake-terminal.ts'
import type { FakeWorkflow } from '../support/fake-workflow.ts'
import { lendStore } from '../support/lend-store.ts'
import { type PtySession, startInPty } from '../support/pty-session.ts'
import { runCli } from '../support/run-cli.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

let database: TestDatabase
let store: Store
let home: string

const asks = (workflowId: string, prompt: string): FakeWorkflow => ({
  workflowId,
  name: 'refund',
  createdAt: new Date(),
  did: [
    { event: 'awaiting:refund', value: { prompt } },
    { recv: 'refund', timeoutSeconds: 3600 },
  ],
})

beforeAll(async () => {
  database = await createTestDatabase()
  store = await openStore(database.target)
  home = await createHome()
  await seedWorkflow(database, asks('eur-1', 'Refund 300 €?'))
  await seedWorkflow(database, asks('yen-2', '返金しますか。'))
  await seedWorkflow(database, asks('red-3', 'Refund \x1b[2J5 €?'))
  const step = { step: 'charge', output: { total: 3 } }
  await seedWorkflow(database, {
    workflowId: 'order-4',
    name: 'checkout',
    createdAt: new Date(),
    did: [step],
  })
})

afterAll(async () => {
  await store.close()
  await database.drop()
  await removeHome(home)
})

/** Somebody at a cockpit of their own, on the same database. */
function sitDown(line: string, actor: string) {
  let terminal: FakeTerminal | undefined
  const ended = runCli(line, {
    store: lendStore(store),
    env: { DROVER_ACTOR: actor },
    isTerminal: true,
    now: new Date(),
    onTerminal: (fake) => {
      terminal = fake
    },
  })
  const shown = () => terminal?.frames().at(-1)?.join('\n') ?? ''
  const until = (text: string) =>
    waitUntil(`"${text}" is shown to ${actor}`, () => shown().includes(text)).catch((error) => {
      throw new Error(`${error.message}:\n${shown()}`)
    })
  return { ended, until, shown, press: (...keys: readonly string[]) => terminal?.press(...keys) }
}

test('two people decide one wait: one decision, and the other is told by whom', async () => {
  const [ada, bob] = [sitDown('top', 'ada'), sitDown('top', 'bob')]
  for (const one of [ada, bob]) {
    await one.until('eur-1')
    one.press(':', ...'inbox', 'return')
    await one.until('Refund 300 €?')
    one.press('/', ...'eur', 'return')
  }
  ada.press('a')
  bob.press('r', ...'not today', 'return')
  await ada.until('Approve eur-1#1 of refund: Refund 300 €?')
  await bob.until('Because: not today')
  ada.press('y')
  await ada.until('eur-1#1 approved by ada.')
  bob.press('y')
  await bob.until('eur-1#1 was decided otherwise by ada')
  ada.press('q')
  bob.press('q')
  expect([(await ada.ended).code, (await bob.ended).code]).toEqual([0, 0])
  const decisions = await store.decisions({ workflowId: 'eur-1' })
  expect(decisions.filter(({ outcome }) => outcome === 'stored')).toMatchObject([
    { by: 'ada', decision: 'approved' },
  ])
})

test('cancel, resume and fork from the cockpit change the one that was named', async () => {
  const ops = sitDown('top', 'ops')
  await ops.until('order-4')
  ops.press('/', ...'order-4', 'return', 'c')
  await ops.until('Cancel order-4 of checkout?')
  ops.press('y')
  await ops.until('order-4 of checkout was cancelled.')
  await ops.until('CANCELLED')
  ops.press('R')
  await ops.until('Resume order-4 of checkout?')
  ops.press('y')
  await ops.until('order-4 of checkout was resumed.')
  ops.press('f')
  await ops.until('Fork order-4 of checkout from step')
  ops.press('return')
  await ops.until('Fork order-4 of checkout from step 0?')
  ops.press('y')
  await ops.until('order-4 of checkout was forked.')
  ops.press('q')
  await ops.ended
  expect((await store.lineage('order-4'))?.forks).toHaveLength(1)
  expect((await store.states(['order-4', 'yen-2'])).map(({ status }) => status).sort()).toEqual([
    'ENQUEUED',
    'PENDING',
  ])
})

test('without an id a terminal offers the workflows, and elsewhere it is a slip', async () => {
  for (const line of ['get', 'explain', 'events', 'stream', 'watch']) {
    const slip = await runCli(line, { store: lendStore(store) })
    expect(slip.code, line).toBe(2)
    expect(slip.stderr, line).toContain(`hint: drover ${line} @last`)
  }
  const picking = sitDown('get', 'ada')
  await picking.until('get which workflow?')
  await picking.until('yen-2')
  picking.press('/', ...'yen', 'return', 'return')
  const { code, stdout } = await picking.ended
  expect({ code, isShown: stdout.includes('yen-2') }).toEqual({ code: 0, isShown: true })
  const leaving = sitDown('explain', 'ada')
  await leaving.until('yen-2')
  leaving.press('escape')
  expect(await leaving.ended).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('No workflow was chosen.'),
  })
  const cancelling = sitDown('cancel', 'ada')
  await cancelling.until('red-3')
  cancelling.press('/', ...'red', 'return', 'return')
  await cancelling.until('Cancel red-3 of refund?')
  cancelling.press('y')
  expect((await cancelling.ended).code).toBe(0)
  expect((await store.get('red-3'))?.status).toBe('CANCELLED')
})

/** How to get into each view, and what is seen there. */
const views: readonly (readonly [keys: string, sees: string])[] = [
  ['', 'yen-2'],
  ['\r', '[picture]'],
  [':inbox\r', '返金しますか'],
  [':inbox\r|\r', 'waits '],
  [':queues\r', 'workflows › queues'],
  [':workers\r', 'workflows › workers'],
  [':doctor\r', 'notifications'],
  ['e', 'why'],
]

async function openTop(): Promise<PtySession> {
  const script = `echo before; bash -c 'echo pid $$; exec "$0" "$@"' "$@"; echo "left $?"; stty -a; echo read it; read -rn1`
  const session = startInPty('bash', ['-c', script, 'bash', process.execPath, droverBin, 'top'], {
    env: { DROVER_HOME: home, DROVER_DB_URL: database.target.url, NO_COLOR: '1', USER: 'ada' },
  })
  await session.waitFor('pid ')
  return session
}

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
  'in every view it follows the size, and %s gives the terminal back',
  async (signal) => {
    const code = { SIGTERM: 143, SIGHUP: 129, SIGINT: 0 }[signal]
    const some = views.filter((_, index) => index % 3 === ['SIGTERM', 'SIGHUP', 'SIGINT'].indexOf(signal))
    const sessions = some.map(async ([keys, sees]) => {
      const session = await openTop()
      const pid = Number(/pid (\d+)/.exec(session.screen.text().join('\n'))?.[1])
      onTestFinished(() => void session.exitCode)
      await session.waitFor('yen-2')
      for (const part of keys.split('|')) {
        session.type(part)
        await session.waitFor(part === '' ? 'yen-2' : sees)
      }
      expect(session.screen.isAlternate()).toBe(true)
      session.resize(40, 15)
      await session.waitFor(' · ? keys · q leave')
      await waitUntil('it is as narrow', () => session.screen.visible().length <= 15)
      process.kill(pid, signal)
      // The terminal ends only once all of it is on the screen.
      await session.waitFor('read it')
      session.type('x')
      expect(await session.exitCode).toBe(0)
      const text = session.screen.text()
      expect(text.join('\n')).toContain(`left ${code}`)
      expect(text[0]).toBe('before')
      expect(text.join(' ')).toMatch(/ icanon .* echo /)
      expect({ alt: session.screen.isAlternate(), hidden: session.screen.isCursorHidden() }).toEqual({
        alt: false,
        hidden: false,
      })
    })
    await Promise.all(sessions)
  },
)
