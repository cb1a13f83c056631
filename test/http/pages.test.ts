import { describe, expect, test } from 'vitest'
import { CliError } from '../../src/core/errors.ts'
import { createLink } from '../../src/core/links/answer-link.ts'
import { createToken } from '../../src/http/auth/tokens.ts'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore, type FakeStore } from '../support/fake-store.ts'
import { createTestGateway, testLinkKeys } from '../support/test-gateway.ts'

const unreachable = new CliError('database-unreachable', 'Nobody answers.')

const now = new Date('2026-01-02T03:05:05Z')
const publicUrl = 'http://localhost:8000'

const gateway = (parts = {}) => createTestGateway({ store: createExampleStore(), ...parts })

async function linkTo(store: FakeStore, id: string, forMs = 3_600_000, as = 'ada'): Promise<string> {
  const [wait] = await store.waits([id])
  if (!wait) throw new Error(`${id} waits for nothing`)
  const url = await createLink(
    { wait, actor: as, database: store.database, publicUrl, now, forMs },
    testLinkKeys,
  )
  return new URL(url).pathname
}

const form = (fields: Record<string, string>, headers = {}): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
  headers: {
    'Content-Type': 'application/x-www-form-urlencoded',
    Origin: 'http://localhost:8000',
    ...headers,
  },
})

test.each(['/', '/workflows', '/workflows/done', '/workflows/asking', '/waits/asking%231'])(
  'the page %s is small, loads nothing, and can be framed by nobody',
  async (path) => {
    const response = await gateway().request(path)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text.length).toBeLessThan(30_000)
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//)
    const { headers } = response
    expect(headers.get('Content-Security-Policy')).toMatch(
      /^default-src 'none'; style-src 'nonce-.{24}'; script-src 'nonce-.{24}';.*frame-ancestors 'none'$/,
    )
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(headers.get('X-Robots-Tag')).toBe('noindex')
  },
)

test('whatever comes from the database is text', async () => {
  const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>\u202e\u061c\u2060\ufeff\u{e0041}`
  const store = createFakeStore([
    {
      workflowId: evil,
      name: evil,
      did: [
        { event: evil, value: { [evil]: evil } },
        { stream: evil, value: evil },
        { event: 'awaiting:x', value: { prompt: evil, [evil]: evil } },
        { recv: 'x' },
      ],
    },
  ])
  const database = { ...store.database, label: evil }
  const { request } = createTestGateway({ store: { ...store, database } })
  const id = encodeURIComponent(evil)
  for (const path of ['/', '/workflows', `/workflows/${id}`, `/waits/${id}%233`]) {
    const response = await request(path)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text.match(/<script/g)).toHaveLength(1)
    expect(text).not.toMatch(/<img|[\u202e\u061c\u2060\ufeff\u{e0041}]/u)
  }
})

test('a question is answered by its form, and then shows who answered', async () => {
  const { request, store } = gateway()
  const page = await (await request('/waits/asking%231')).text()
  for (const part of ['Ship it?', '>Approve</button>', '>Reject</button>', 'Your name'])
    expect(page).toContain(part)
  const answered = await request('/waits/asking%231', form({ decision: 'approved', by: 'bob', comment: '' }))
  expect([answered.status, answered.headers.get('Location')]).toEqual([303, '/waits/asking%231#answer'])
  expect(store.decided).toMatchObject([{ actor: { name: 'bob', source: 'gateway' }, comment: null }])
  const after = await (await request('/waits/asking%231')).text()
  expect(after).toContain('Already recorded: <strong>Approved</strong> by bob')
  expect(after).not.toContain('<form')
})

test('to reject takes a comment, and what was written stays', async () => {
  const { request, store } = gateway()
  const refused = await request('/waits/asking%231', form({ decision: 'rejected', comment: ' ' }))
  expect([refused.status, store.decided]).toEqual([422, []])
  expect(await refused.text()).toContain('role="alert">To reject, say why.')
  await request('/waits/asking%231', form({ decision: 'rejected', comment: 'too dear' }))
  expect(store.decided).toMatchObject([{ verdict: 'rejected', comment: 'too dear' }])
})

test('a comment of several lines is stored with ends of lines as everywhere', async () => {
  const { request, store } = gateway()
  await request('/waits/asking%231', form({ decision: 'rejected', comment: 'too dear\r\nby far' }))
  expect(store.decided).toMatchObject([{ comment: 'too dear\nby far' }])
  expect(await (await request('/waits/asking%231')).text()).toContain('too dear\nby far')
})

test('a page that is open and looks again is shown what is right now, and refused nothing', async () => {
  const headers = { 'Drover-Look': '1' }
  const { request } = gateway()
  for (const path of ['/workflows/nobody', '/waits/nobody%231', '/a/nonsense']) {
    const [asked, looked] = [await request(path), await request(path, { headers })]
    expect([asked.status, looked.status]).toEqual([404, 200])
    const heading = async (page: Response) => /<h1>.*<\/h1>/.exec(await page.text())?.[0]
    expect(await heading(looked)).toBe(await heading(asked))
    expect((await request(`${path}/live`)).status).toBe(204)
  }
  const closed = gateway({ access: { tokens: async () => [] } })
  const signIn = await closed.request('/', { headers })
  expect([signIn.status, await signIn.text()]).toEqual([200, expect.stringContaining('type="password"')])
  const full = gateway({ mostStreams: 0 })
  const later = await full.request('/workflows/asking/live')
  expect([later.status, await later.text()]).toEqual([200, 'retry: 5000\n\n'])
  const away = gateway({ store: { ...createExampleStore(), get: () => Promise.reject(unreachable) } })
  expect((await away.request('/workflows/asking')).status).toBe(503)
  expect((await away.request('/workflows/asking', { headers })).status).toBe(204)
})

test('of two at once one decides, and the other is told what came first', async () => {
  const { request, store } = gateway()
  const answers = await Promise.all([
    request('/waits/asking%231', form({ decision: 'approved', by: 'ada' })),
    request('/waits/asking%231', form({ decision: 'rejected', by: 'bob', comment: 'no' })),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
  const told = await answers.find(({ status }) => status === 409)?.text()
  expect(told).toMatch(/was decided otherwise by (ada|bob)/)
  expect((await store.messages('asking')).length).toBe(1)
})

test('a form that no page of the gateway sent decides nothing', async () => {
  const { request, store } = gateway()
  const path = await linkTo(store, 'asking')
  for (const where of ['/waits/asking%231', path]) {
    for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { Origin: undefined }]) {
      const init = form({ decision: 'approved' })
      const given = { ...(init.headers as Record<string, string>), ...headers }
      const kept = Object.entries(given).filter(([, value]) => value !== undefined) as [string, string][]
      expect((await request(where, { ...init, headers: kept })).status).toBe(403)
    }
  }
  expect(store.decided).toEqual([])
})

describe('a link', () => {
  test('shows its question to whoever opens it, and decides only by its form', async () => {
    const { request, store, log } = gateway()
    const path = await linkTo(store, 'asking')
    for (const method of ['GET', 'HEAD', 'GET']) expect((await request(path, { method })).status).toBe(200)
    expect(store.decided).toEqual([])
    const page = await (await request(path)).text()
    for (const part of ['Ship it?', 'You answer as ada', 'proves the link and not the person'])
      expect(page).toContain(part)
    expect(page).not.toContain('href="/workflows')
    expect((await request(path, form({ decision: 'approved', by: 'mallory' }))).status).toBe(303)
    expect(store.decided).toMatchObject([{ actor: { name: 'ada', source: 'link' } }])
    expect(await (await request(path)).text()).toContain('Already recorded: <strong>Approved</strong> by ada')
    expect((await request(path, form({ decision: 'approved' }))).status).toBe(303)
    expect(log.join('\n')).not.toContain(path)
  })

  test('answers sixty times a minute at most, by each name', async () => {
    const { request, store } = gateway()
    const [path, other] = [await linkTo(store, 'asking'), await linkTo(store, 'asking', 3_600_000, 'bob')]
    const statuses: number[] = []
    for (let tap = 0; tap < 61; tap++) {
      statuses.push((await request(path, form({ decision: 'approved' }))).status)
    }
    expect(statuses).toEqual([...Array(60).fill(303), 429])
    expect((await request(path)).status).toBe(200)
    expect((await request(other, form({ decision: 'approved' }))).status).toBe(303)
  })

  test('opens nothing else, and needs no token', async () => {
    const token = createToken('reader', 'read', now)
    const { request, store } = gateway({ access: { tokens: async () => [token.kept] } })
    const path = await linkTo(store, 'asking')
    expect((await request(path)).status).toBe(200)
    expect((await request('/waits/asking%231')).status).toBe(401)
    expect((await request(path, form({ decision: 'approved' }))).status).toBe(303)
  })

  test('that has expired, was changed, or is of another run is no use', async () => {
    const { request, store } = gateway()
    const expired = await linkTo(store, 'asking', -1000)
    expect([(await request(expired)).status, await (await request(expired)).text()]).toEqual([
      410,
      expect.stringContaining('This link has expired.'),
    ])
    const good = await linkTo(store, 'asking')
    expect((await request(`${good.slice(0, -3)}AAA`)).status).toBe(404)
    expect((await request('/a/nonsense')).status).toBe(404)
    const [wait] = await store.waits(['asking'])
    if (!wait) throw new Error('it does not wait')
    const earlier = { ...wait, since: new Date(wait.since.getTime() - 1000) }
    const database = store.database
    const url = await createLink(
      { wait: earlier, actor: 'ada', database, publicUrl, now, forMs: 1e6 },
      testLinkKeys,
    )
    expect((await request(new URL(url).pathname, form({ decision: 'approved' }))).status).toBe(410)
    const other = { ...database, label: 'localhost:5432/shop' }
    const foreign = await createLink(
      { wait, actor: 'ada', database: other, publicUrl, now, forMs: 1e6 },
      testLinkKeys,
    )
    expect((await request(new URL(foreign).pathname)).status).toBe(404)
    expect(store.decided).toEqual([])
  })

  test('signed with the key before is good while that one is being replaced', async () => {
    const { store } = gateway()
    const path = await linkTo(store, 'asking')
    const next = new TextEncoder().encode('another key of thirty-two letters')
    const replaced = createTestGateway({ store, linkKeys: async () => [next, testLinkKeys[0]] })
    expect((await replaced.request(path)).status).toBe(200)
    const gone = createTestGateway({ store, linkKeys: async () => [next] })
    expect((await gone.request(path)).status).toBe(404)
  })
})

describe('where tokens are needed', () => {
  const token = createToken('ada', 'answer', now)
  const reader = createToken('reader', 'read', now)
  const closed = () => gateway({ access: { tokens: async () => [token.kept, reader.kept] } })
  const cookieOf = (response: Response) => response.headers.get('Set-Cookie') ?? ''

  test('a page asks for one, and a session is a cookie that no script can read', async () => {
    const { request, store } = closed()
    const asked = await request('/waits/asking%231')
    expect([asked.status, await asked.text()]).toEqual([401, expect.stringContaining('type="password"')])
    const signedIn = await request('/session', form({ token: token.token, next: '/waits/asking%231' }))
    expect([signedIn.status, signedIn.headers.get('Location')]).toEqual([303, '/waits/asking%231'])
    expect(cookieOf(signedIn)).toMatch(
      /^drover_session=drover_[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
    )
    const Cookie = cookieOf(signedIn).split(';')[0] ?? ''
    expect((await request('/waits/asking%231', { headers: { Cookie } })).status).toBe(200)
    await request('/waits/asking%231', form({ decision: 'approved', by: 'mallory' }, { Cookie }))
    expect(store.decided).toMatchObject([{ actor: { name: 'ada', source: 'token ada' } }])
  })

  test('a wrong one is told on the page, which leads on to the same place', async () => {
    const { request } = closed()
    const next = '/waits/asking%231'
    const answer = await request('/session', form({ token: 'drover_wrong', next }))
    const page = await answer.text()
    expect([answer.status, cookieOf(answer)]).toEqual([401, ''])
    expect(page).toContain('That token is not one of this gateway.')
    expect(page).toContain(`name="next" value="${next}"`)
    expect(page).not.toContain('drover_wrong')
  })

  test('a token of the fragment is exchanged by the script, and a wrong one is not', async () => {
    const { request } = closed()
    const json = (body: object): RequestInit => ({
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    })
    expect((await request('/session', json({ token: token.token }))).status).toBe(204)
    for (const wrong of [{ token: 'drover_x' }, {}, { token: 1 }])
      expect((await request('/session', json(wrong))).status).toBe(401)
  })

  test.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'to sign in leads to no other place, such as %s',
    async (next) => {
      const answer = await closed().request('/session', form({ token: token.token, next }))
      expect(answer.headers.get('Location')).toBe('/')
    },
  )

  test('who may only read is shown no form', async () => {
    const { request } = closed()
    const headers = { Cookie: `drover_session=${reader.token}` }
    const page = await (await request('/waits/asking%231', { headers })).text()
    expect(page).toContain('may read, not answer')
    expect(page).not.toContain('<form')
    expect((await request('/waits/asking%231', form({ decision: 'approved' }, headers))).status).toBe(403)
  })
})
