import { createHash, timingSafeEqual } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createToken, findToken } from '../../src/http/auth/tokens.ts'
import { createExampleStore } from '../support/example-store.ts'
import { createTestGateway, post } from '../support/test-gateway.ts'

const now = new Date('2026-01-02T03:05:05Z')
const tokens = { read: createToken('reader', 'read', now), answer: createToken('ada', 'answer', now) }
const kept = [tokens.read.kept, tokens.answer.kept]
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

const open = () => createTestGateway({ store: createExampleStore() })
const closed = (access = {}) =>
  createTestGateway({ store: createExampleStore(), access: { tokens: async () => kept, ...access } })

const decide = '/v1/waits/asking%231'
const approve = (headers: Record<string, string> = {}) =>
  post({ decision: 'approved', by: 'mallory' }, headers)

describe('on this machine everybody may, but not the pages of others', () => {
  test.each([
    ['a name that rebinds', { Host: 'evil.example' }, 421],
    ['a name that begins like this machine', { Host: 'localhost.evil.example' }, 421],
    ['an address of the network', { Host: '192.168.1.5:8000' }, 421],
    ['a host that is none', { Host: 'localhost/x' }, 421],
    ['this machine', { Host: 'localhost:9000' }, 200],
    ['this machine by IPv6', { Host: '[::1]:8000' }, 200],
    ['the page of somebody else', { Origin: 'https://evil.example' }, 403],
    ['a page of this machine on another port', { Origin: 'http://localhost:3000' }, 403],
    ['a sandboxed page', { Origin: 'null' }, 403],
    ['a page of another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a page of the same site', { 'Sec-Fetch-Site': 'same-site' }, 403],
    ['its own page', { Origin: 'http://localhost:8000', 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['its own page without a referrer', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['a link that is followed, which only reads', followedLink(), 403],
    ['text', { 'Content-Type': 'text/plain' }, 415],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415],
    ['JSON in another charset', { 'Content-Type': 'application/json; charset=utf-16' }, 415],
    ['JSON in UTF-8', { 'Content-Type': 'Application/JSON; charset=UTF-8' }, 200],
  ])('%s', async (_, headers, status) => {
    const { request, store } = open()
    const response = await request(decide, approve({ Host: 'localhost:8000', ...headers }))
    expect(response.status).toBe(status)
    expect(store.decided).toHaveLength(status === 200 ? 1 : 0)
  })

  test('a link in a mail opens what reads', async () => {
    const { request } = open()
    expect((await request('/v1/inbox', { headers: followedLink() })).status).toBe(200)
    expect((await request('/v1/inbox', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403)
  })

  test('an origin that is allowed may, and is told so', async () => {
    const { request } = createTestGateway({
      store: createExampleStore(),
      access: { origins: ['https://console.example'] },
    })
    const headers = { Origin: 'https://console.example', 'Sec-Fetch-Site': 'cross-site' }
    const answer = await request('/v1/inbox', { headers })
    expect([answer.status, answer.headers.get('Access-Control-Allow-Origin')]).toEqual([
      200,
      'https://console.example',
    ])
    const preflight = await request(decide, {
      method: 'OPTIONS',
      headers: { ...headers, 'Access-Control-Request-Method': 'POST' },
    })
    expect([preflight.status, preflight.headers.get('Access-Control-Allow-Methods')]).toEqual([
      204,
      'GET, POST',
    ])
    expect((await open().request('/v1/inbox')).headers.get('Access-Control-Allow-Origin')).toBeNull()
  })
})

function followedLink(): Record<string, string> {
  return { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
}

describe('where tokens are needed', () => {
  test.each([
    ['no token', '/v1/inbox', {}, 401],
    ['a token of nobody', '/v1/inbox', { headers: bearer('drover_x') }, 401],
    ['a token in the address', `/v1/inbox?token=${tokens.read.token}`, {}, 401],
    ['a token by another scheme', '/v1/inbox', { headers: { Authorization: tokens.read.token } }, 401],
    ['a token that reads, to read', '/v1/inbox', { headers: bearer(tokens.read.token) }, 200],
    ['a token that reads, to answer', decide, approve(bearer(tokens.read.token)), 403],
    ['a token that answers, to answer', decide, approve(bearer(tokens.answer.token)), 200],
    [
      'a token that answers, to start',
      '/v1/workflows',
      post({ name: 'x' }, bearer(tokens.answer.token)),
      403,
    ],
    [
      'a token that answers, for the experiment',
      '/start-workflow-events/a/1',
      post(undefined, bearer(tokens.answer.token)),
      403,
    ],
    ['nobody, for its figures', '/metrics', {}, 401],
    ['a token that reads, for its figures', '/metrics', { headers: bearer(tokens.read.token) }, 200],
    ['nobody, whether it lives', '/healthz', {}, 200],
    ['nobody, what it can', '/openapi.json', {}, 200],
  ])('%s', async (_, path, init, status) => {
    expect((await closed().request(path, init)).status).toBe(status)
  })

  const token = tokens.answer.token
  const swap = (at: number) => `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
  const shown = {
    ...{
      'of one letter': 'd',
      'of its beginning': token.slice(0, 8),
      'of all but its end': token.slice(0, -1),
    },
    ...{
      'wrong in its first letter': swap(0),
      'wrong in its middle': swap(25),
      'wrong in its last': swap(49),
    },
    ...{
      'with more at its end': `${token}A`,
      'of a kilobyte': 'A'.repeat(1024),
      'as its hash': kept[1]?.sha256 ?? '',
    },
    ...{ 'that is the first one': tokens.read.token, 'that is the last one': token },
  }

  test.each(Object.entries(shown))(
    'a token %s is compared with all of them, over all of a hash',
    (_, one) => {
      const compared: (readonly [number, number])[] = []
      const found = findToken(kept, one, (a, b) => {
        compared.push([a.length, b.length])
        return timingSafeEqual(a, b)
      })
      expect(compared).toEqual(kept.map(() => [32, 32]))
      expect(found).toBe(kept.find(({ sha256 }) => sha256 === createHash('sha256').update(one).digest('hex')))
    },
  )

  test('whatever is wrong with a token, the answer is the same', async () => {
    const answers = new Set<string>()
    for (const one of Object.values(shown).slice(0, 9)) {
      const response = await closed().request('/v1/inbox', { headers: bearer(one) })
      answers.add(JSON.stringify([response.status, [...response.headers], await response.text()]))
    }
    expect([...answers]).toEqual([expect.stringMatching(/^\[401,/)])
  })

  test('the name of the token is who decided, whatever the body says', async () => {
    const { request, store } = closed()
    await request(decide, approve(bearer(tokens.answer.token)))
    expect(store.decided).toMatchObject([{ actor: { name: 'ada', source: 'token ada' } }])
  })

  test('ten failed authentications a minute are the end, also of good ones, and for that address alone', async () => {
    const { request } = closed({ trustedProxy: 'unknown' })
    const from = (address: string, token: string) =>
      request('/v1/inbox', { headers: { ...bearer(token), 'X-Forwarded-For': address } })
    for (let attempt = 0; attempt < 10; attempt++) {
      expect((await from('10.0.0.1', 'drover_wrong')).status).toBe(401)
    }
    const refused = await from('10.0.0.1', tokens.read.token)
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '60'])
    expect((await from('10.0.0.2', tokens.read.token)).status).toBe(200)
  })

  test('an X-Forwarded-For of anybody but the trusted proxy is not believed', async () => {
    const { request } = closed()
    for (let attempt = 0; attempt < 10; attempt++) {
      const headers = { ...bearer('drover_wrong'), 'X-Forwarded-For': `10.0.0.${attempt}` }
      await request('/v1/inbox', { headers })
    }
    expect((await request('/v1/inbox', { headers: bearer('drover_wrong') })).status).toBe(429)
  })
})

test('a gateway that only reads starts, sends and decides nothing', async () => {
  const { request, store } = createTestGateway({ store: createExampleStore(), access: { isReadOnly: true } })
  for (const [path, init] of [
    [decide, approve()],
    ['/v1/workflows', post({ name: 'x' })],
    ['/send-message/running', post({})],
    ['/start-workflow-events/a/1', post()],
  ] as const)
    expect((await request(path, init)).status).toBe(403)
  expect((await request('/v1/inbox')).status).toBe(200)
  expect([store.decided, store.started, store.sent]).toEqual([[], [], []])
})

test('writes beyond their rate are 429, and reads are not counted', async () => {
  const { request } = createTestGateway({ store: createExampleStore(), access: { writesPerMinute: 2 } })
  const send = () => request('/v1/workflows/running/messages', post({ message: 1 }))
  expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([200, 200, 429])
  expect((await request('/v1/inbox')).status).toBe(200)
})

test('a path that climbs leads nowhere, and one that is encoded is an id', async () => {
  const { ask } = open()
  for (const path of ['/v1/../../etc/passwd', '/v1/workflows/%2e%2e%2f%2e%2e%2fetc%2fpasswd', '/.git/config'])
    expect((await ask(path)).status).toBe(404)
})

test('requests that make no sense are refused by the thousand, none of them with 500', async () => {
  const { app, log } = open()
  const random = createRandom(7)
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value
  const junk = () =>
    pick([
      '%00',
      '%ff',
      '%zz',
      '..',
      '%2e',
      '#',
      'é',
      '😀',
      ' ',
      '-1',
      '1e9',
      '{}',
      'null',
      '%25',
      "'",
      '"',
      '\\u0000',
    ])
  const paths = [...new Set(app.routes.map(({ path }) => path))].filter((path) => path !== '/*')
  const statuses = new Set<number>()
  for (let index = 0; index < 3000; index++) {
    const known = pick(paths).replaceAll(/:\w+/g, () => pick([junk(), 'asking', 'asking%231', 'done', '1']))
    const query =
      random() < 0.5 ? '' : `?${pick(['timeout', 'for', 'limit', 'status', 'from', 'attr'])}=${junk()}`
    const method = pick(['GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'DELETE'])
    const body = pick([
      undefined,
      '{',
      '[]',
      '{"name":1}',
      '{"decision":{}}',
      '\0',
      '"\ud800"',
      '{"__proto__":1}',
      junk(),
    ])
    const headers = {
      'Content-Type': pick(['application/json', 'text/html', '', 'application/json;', ';']),
      ...(random() < 0.2 && { 'Last-Event-ID': junk().replaceAll(/[^ -~]/g, 'x') }),
      ...(random() < 0.2 && { Authorization: pick(['Bearer', 'Bearer x', 'Basic eDp4']) }),
    }
    // Nothing waits here: that takes its time, and is tested elsewhere.
    const impatient = known.endsWith('/wait') ? 'timeout=1ms' : 'timeout=0'
    const isWaiting = known.endsWith('/wait') || known.startsWith('/workflow-events')
    const url = `http://localhost:8000${known}${isWaiting ? `?${impatient}` : query}`
    const canHaveBody = method !== 'GET' && method !== 'HEAD'
    const ending = new AbortController()
    const response = await app.request(url, {
      method,
      headers,
      signal: ending.signal,
      ...(canHaveBody && body !== undefined && { body }),
    })
    statuses.add(response.status)
    if (response.status >= 500)
      throw new Error(`${method} ${url} ${body}: ${response.status} ${log.at(-1)} ${log.at(-2)}`)
    await response.body?.cancel()
    ending.abort()
  }
  expect(statuses.size).toBeGreaterThan(5)
})

/** The same numbers in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}
