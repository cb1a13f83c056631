import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { parseExact } from '../../src/core/words/exact-number.ts'
import { openHealthServer } from '../../src/http/health-server.ts'
import { createNotifier } from '../../src/http/notify/notifier.ts'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'
import { createTestGateway } from '../support/test-gateway.ts'
import { waitUntil } from '../support/wait-until.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

interface Received {
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Answers the first posts with these, then 204. */
async function receive(...statuses: readonly number[]) {
  const received: Received[] = []
  const left = [...statuses]
  const server = http.createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) })
    response.writeHead(left.shift() ?? 204).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received }
}

function surroundings() {
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const notices: string[] = []
  return {
    env: { DROVER_WEBHOOK_SECRET: secret },
    home: '/home-of-drover',
    readFile: async () => undefined,
    writePrivate: async () => {},
    runShell: async () => 0,
    now: () => new Date(),
    signal: leaving.signal,
    onNotice: (notice: string) => notices.push(notice),
    notices,
  }
}

const told = { id: 'wait_1', type: 'wait.arrived', at: new Date(0), data: { question: 'Ship it?' } }

test('a notification is signed as Standard Webhooks says, and posted once', async () => {
  const { url, received } = await receive()
  const notifier = await createNotifier({ ...surroundings(), notify: [url] })
  notifier?.tell(told)
  notifier?.tell(told)
  await notifier?.settled()
  expect(received.length).toBe(1)
  const { headers, body } = received[0] as Received
  expect(JSON.parse(body)).toEqual({
    type: 'wait.arrived',
    timestamp: '1970-01-01T00:00:00.000Z',
    data: { question: 'Ship it?' },
  })
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const signature = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64')
  expect(headers['webhook-id']).toBe('wait_1')
  expect(headers['webhook-signature']).toBe(`v1,${signature}`)
})

test('a number is posted with every digit', async () => {
  const { url, received } = await receive()
  const notifier = await createNotifier({ ...surroundings(), notify: [url] })
  notifier?.tell({ ...told, data: { amount: parseExact('[9007199254740993, -0]') } })
  await notifier?.settled()
  expect(received[0]?.body).toContain('"amount":[9007199254740993,-0]')
})

test('what is refused is posted again under the same id, and a redirect is not followed', async () => {
  const { url, received } = await receive(302)
  const given = surroundings()
  const notifier = await createNotifier({ ...given, notify: [url] })
  notifier?.tell(told)
  await notifier?.settled()
  expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['wait_1', 'wait_1'])
  expect(given.notices).toEqual([
    expect.stringMatching(
      /^127\.0\.0\.1:\d+ could not be notified of wait_1 \(it answered 302\); drover keeps trying\.$/,
    ),
  ])
})

test('a password in the address is a header, and in no notice', async () => {
  const { url, received } = await receive(500)
  const given = surroundings()
  const secret = url.replace('http://', 'http://bot:s3cr%40t@').concat('?key=s3cr@t')
  const notifier = await createNotifier({ ...given, notify: [secret] })
  notifier?.tell(told)
  await notifier?.settled()
  expect(received[1]?.headers.authorization).toBe(`Basic ${Buffer.from('bot:s3cr@t').toString('base64')}`)
  expect(given.notices).toHaveLength(1)
  expect(given.notices.join()).not.toMatch(/s3cr|bot/)
})

test('a gateway tells of each question that waits, with its page', async () => {
  const { url, received } = await receive()
  const given = surroundings()
  const notifier = await createNotifier({ ...given, notify: [url] })
  const access = { publicUrl: 'https://drover.example' }
  createTestGateway({ store: createExampleStore(), notifier, stopping: given.signal, access })
  await waitUntil('it was told', () => received.length > 0)
  const { data } = JSON.parse(received[0]?.body ?? '')
  expect(data).toMatchObject({
    wait: { workflowId: 'asking', step: 1 },
    link: 'https://drover.example/waits/asking%231',
  })
})

test('a secret that is none is refused before anything listens', async () => {
  const env = { DROVER_WEBHOOK_SECRET: 'guess me' }
  const { code, stderr } = await runCli('inbox --watch --notify http://localhost:1/', {
    store: createExampleStore(),
    env,
  })
  expect(code).toBe(2)
  expect(stderr).toContain('The secret of DROVER_WEBHOOK_SECRET is not one for webhooks.')
})

test('inbox --watch --exec runs a command for each question, which is on its stdin and not in its arguments', async () => {
  const leaving = new AbortController()
  const runs: { line: string; stdin: string }[] = []
  const { code } = await runCli(['inbox', '--watch', '--exec', 'notify-send "$(cat)"', '-o', 'jsonl'], {
    store: createExampleStore(),
    interrupt: leaving.signal,
    runShell: async (line, stdin) => {
      runs.push({ line, stdin })
      leaving.abort()
      return 0
    },
  })
  expect(code).toBe(0)
  expect(runs[0]?.line).toBe('notify-send "$(cat)"')
  expect(JSON.parse(runs[0]?.stdin ?? '')).toMatchObject({ type: 'wait.arrived', data: { link: null } })
})

test('inbox --links gives each question a link in a name, and draws it', async () => {
  const line = 'inbox --links --as ada --public-url https://drover.example'
  const store = createExampleStore()
  const shown = await runCli(`${line} --qr`, { store, written: {} })
  expect(shown.stdout).toMatch(/^asking#1 {2}.+\nhttps:\/\/drover\.example\/a\/[\w.-]+\n[█▀▄ ]/m)
  const { stdout } = await runCli(`${line} -o jsonl`, { store, written: {} })
  for (const one of stdout.trim().split('\n')) {
    expect(JSON.parse(one)).toMatchObject({ state: 'waiting', link: expect.stringMatching(/^https:/) })
  }
  expect((await runCli('inbox --links', { store })).stderr).toContain('A link answers in a name.')
})

test.each([
  'inbox --exec true',
  'inbox --notify http://localhost/',
  'doctor --exec true',
  'inbox --watch --links --as a',
])('%s is refused', async (line) => {
  expect((await runCli(line, { store: createExampleStore() })).code).toBe(2)
})

test('doctor --watch tells what turned bad and what is well again, once each', async () => {
  const leaving = new AbortController()
  const store = createFakeStore([{ workflowId: 'dead', status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' }])
  const told: string[] = []
  const slept: number[] = []
  const { stdout, code } = await runCli(['doctor', '--watch', '--every', '5m', '--exec', 'tell'], {
    store,
    interrupt: leaving.signal,
    slept: {
      push: (ms: number) => {
        slept.push(ms)
        if (slept.length === 2) store.update('dead', { status: 'SUCCESS' })
        if (slept.length === 4) leaving.abort()
        return 0
      },
    } as unknown as number[],
    runShell: async (_, stdin) => {
      const { type, data } = JSON.parse(stdin)
      if (data.check === 'dead') told.push(type)
      return 0
    },
  })
  expect(code).toBe(0)
  expect(slept).toEqual([300_000, 300_000, 300_000, 300_000])
  expect(told).toEqual(['finding.bad', 'finding.well'])
  expect(stdout.match(/dead/g)?.length).toBeGreaterThanOrEqual(2)
  expect(stdout).toContain('well dead is well again')
})

test('an orchestrator is told that a worker lives, and when it is ready', async () => {
  const server = await openHealthServer(0)
  onTestFinished(() => server.close())
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).status
  expect([await status('/healthz'), await status('/readyz'), await status('/')]).toEqual([200, 503, 404])
  server.setReady(createFakeStore())
  expect(await status('/readyz')).toBe(200)
  server.setReady(undefined)
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503])
})
