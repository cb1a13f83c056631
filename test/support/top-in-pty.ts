import { expect } from 'vitest'
import type { TestDatabase } from './database.ts'
import { droverBin } from './drover-process.ts'
import type { FakeWorkflow } from './fake-workflow.ts'
import { type PtySession, startInPty } from './pty-session.ts'
import { seedWorkflow } from './seed-workflow.ts'
import { waitUntil } from './wait-until.ts'

const asks = (workflowId: string, prompt: string): FakeWorkflow => ({
  workflowId,
  name: 'refund',
  createdAt: new Date(),
  did: [
    { event: 'awaiting:refund', value: { prompt } },
    { recv: 'refund', timeoutSeconds: 3600 },
  ],
})

/** What the views of `top` show: three questions, and one workflow with a step. */
export async function seedForTop(database: TestDatabase): Promise<void> {
  const step = { step: 'charge', output: { total: 3 } }
  const order = { workflowId: 'order-4', name: 'checkout', createdAt: new Date(), did: [step] }
  await seedWorkflow(database, asks('eur-1', 'Refund 300 €?'))
  await seedWorkflow(database, asks('yen-2', '返金しますか。'))
  await seedWorkflow(database, asks('red-3', 'Refund \x1b[2J5 €?'))
  await seedWorkflow(database, order)
}

export interface TopView {
  readonly name: string
  /** What is typed, and what is seen before anything more is. */
  readonly path: readonly (readonly [keys: string, sees: string])[]
}

export const views: readonly TopView[] = [
  { name: 'workflows', path: [] },
  { name: 'workflow', path: [['\r', '[picture]']] },
  { name: 'inbox', path: [[':inbox\r', 'workflows › inbox, ']] },
  {
    name: 'question',
    path: [
      [':inbox\r', 'workflows › inbox, '],
      ['\r', ' · waits '],
    ],
  },
  { name: 'queues', path: [[':queues\r', 'workflows › queues']] },
  { name: 'workers', path: [[':workers\r', 'workflows › workers']] },
  { name: 'doctor', path: [[':doctor\r', 'notifications']] },
  { name: 'explain', path: [['e', 'workflows › why ']] },
  {
    name: 'value',
    path: [
      ['/order-4\r', 'workflows › /order-4'],
      ['\r', '[picture]'],
      ['2', '[steps 1]'],
      ['\r', ' › step 0'],
    ],
  },
]

const codeByWay = { SIGTERM: 143, SIGHUP: 129, 'ctrl-c': 0, q: 0 } as const
export type WayOut = keyof typeof codeByWay
export const ways = Object.keys(codeByWay) as readonly WayOut[]

function leave(way: WayOut, session: PtySession, pid: number): void {
  if (way === 'q') session.type('q')
  else if (way === 'ctrl-c') session.type('\x03')
  else process.kill(pid, way)
}

interface Place {
  readonly database: TestDatabase
  readonly home: string
}

async function openTop({ database, home }: Place): Promise<PtySession> {
  const script = `echo before; bash -c 'echo pid $$; exec "$0" "$@"' "$@"; echo "left $?"; stty -a; echo read it; read -rn1`
  const session = startInPty('bash', ['-c', script, 'bash', process.execPath, droverBin, 'top'], {
    env: { DROVER_HOME: home, DROVER_DB_URL: database.target.url, NO_COLOR: '1', USER: 'ada' },
  })
  await session.waitFor('pid ')
  return session
}

/** Goes into a view on a terminal of its own, makes the screen small, leaves, and finds the terminal as it was. */
export async function enterAndLeave(place: Place, view: TopView, way: WayOut): Promise<void> {
  const session = await openTop(place)
  const { screen } = session
  const pid = Number(/pid (\d+)/.exec(screen.text().join('\n'))?.[1])
  await session.waitFor('yen-2')
  for (const [keys, sees] of view.path) {
    session.type(keys)
    await session.waitFor(sees)
  }
  expect(screen.isAlternate()).toBe(true)
  session.resize(40, 15)
  await waitUntil('all of it is on the smaller screen', () => {
    const lines = screen.visible()
    const last = lines[14] ?? ''
    return lines[0] !== '' && last.endsWith('? keys · q leave')
  })
  leave(way, session, pid)
  // The terminal ends only once all of it is on the screen.
  await session.waitFor('read it')
  session.type('x')
  expect(await session.exitCode).toBe(0)
  const text = screen.text()
  expect(text.join('\n')).toContain(`left ${codeByWay[way]}`)
  expect(text[0]).toBe('before')
  expect(text.join(' ')).toMatch(/ icanon .* echo /)
  expect({ alt: screen.isAlternate(), hidden: screen.isCursorHidden() }).toEqual({
    alt: false,
    hidden: false,
  })
}
