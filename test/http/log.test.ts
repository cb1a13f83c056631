import { describe, expect, test } from 'vitest'
import { createLink } from '../../src/core/links/answer-link.ts'
import { createToken } from '../../src/http/auth/tokens.ts'
import { createExampleStore } from '../support/example-store.ts'
import type { FakeStore } from '../support/fake-store.ts'
import { createTestGateway, testLinkKeys } from '../support/test-gateway.ts'

const now = new Date('2026-01-02T03:05:05Z')
const publicUrl = 'http://localhost:8000'
/** Whatever of a request is nobody's business begins with it. */
const mark = 'S3CRET'
const right = createToken('ada', 'start', now)
/** Of the right one all but the end. */
const wrong = `${right.token.slice(0, -4)}AAAA`

const words = { comment: `${mark}-comment`, by: `${mark}-by`, message: { [`${mark}-key`]: `${mark}-value` } }
const bodies: Readonly<Record<string, unknown>> = {
  '/v1/workflows': { name: 'orderWorkflow', queue: 'slow', args: [`${mark}-argument`], version: 'v1' },
  '/v1/workflows/:id/messages': { topic: 'x', message: words.message },
  '/v1/waits/:wait': { decision: 'approved', comment: words.comment, by: words.by, data: words.message },
  '/send-message/:id': words.message,
  '/session': { token: right.token },
}

/** Each path as a client asks for it, with every secret that it could hold besides. */
async function askEverything(
  gateway: ReturnType<typeof createTestGateway>,
  links: readonly string[],
): Promise<Set<number>> {
  const { app, request } = gateway
  const routes = [...new Set(app.routes.map(({ path }) => path))].filter((path) => path !== '/*')
  const statuses = new Set<number>()
  const ask = async (path: string, init: RequestInit): Promise<void> => {
    const leaving = new AbortController()
    const response = await request(path, { ...init, signal: leaving.signal })
    statuses.add(response.status)
    await response.body?.cancel()
    leaving.abort()
  }
  const callers: readonly Record<string, string>[] = [
    { Authorization: `Bearer ${right.token}` },
    { Cookie: `drover_session=${right.token}; other=${mark}-cookie` },
    { Authorization: `Bearer ${wrong}` },
    { Authorization: `Basic ${mark}-password` },
    {},
  ]
  const common = {
    ...{
      'Idempotency-Key': `${mark}-once`,
      Referer: `${publicUrl}/a/${mark}`,
      'User-Agent': `${mark}-agent`,
    },
    ...{ 'Last-Event-ID': `${mark}-cursor`, 'X-Forwarded-For': `${mark}-address`, Origin: publicUrl },
  }
  for (const route of routes) {
    const path = route
      .replace(':wait', 'asking%231')
      .replace(':id', 'asking')
      .replace(':key', 'progress')
      .replace(':n', '3')
    const paths = path.includes(':token') ? links.map((link) => path.replace('/a/:token', link)) : [path]
    // Nothing waits here: that takes its time, and is tested elsewhere.
    const impatient = route.startsWith('/v1') ? '?timeout=0s' : '?timeout=0'
    for (const one of paths) {
      for (const caller of callers) {
        const headers = { ...common, ...caller }
        for (const method of ['GET', 'HEAD', 'PUT']) {
          await ask(`${one}${impatient}`, { method, headers })
          await ask(`${one}${impatient}&from=${mark}-from&token=${right.token}`, { method, headers })
        }
        const json = { ...headers, 'Content-Type': 'application/json' }
        const form = { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' }
        const fields = { decision: 'rejected', comment: words.comment, by: words.by, token: right.token }
        const filled = new URLSearchParams(fields).toString()
        const body = JSON.stringify(bodies[route] ?? words.message)
        await ask(one, { method: 'POST', headers: json, body })
        await ask(one, { method: 'POST', headers: form, body: filled })
        await ask(one, { method: 'POST', headers: json, body: `{"${mark}": ` })
      }
    }
  }
  for (const link of links) {
    for (const odd of [
      `/${link}`,
      link.replace('/a/', '/A/'),
      `/x${link}`,
      link.replace('/a/', '/a%2F'),
      link.slice(2),
    ]) {
      await ask(odd, {})
    }
  }
  await ask(`/${right.token}`, {})
  return statuses
}

async function linksOf(store: FakeStore): Promise<readonly string[]> {
  const [wait] = await store.waits(['asking'])
  if (!wait) throw new Error('nothing waits')
  const { database } = store
  const links = [3_600_000, -1000].map((forMs) =>
    createLink({ wait, actor: 'eve\n200 root', database, publicUrl, now, forMs }, testLinkKeys),
  )
  return (await Promise.all(links)).map((link) => new URL(link).pathname)
}

/** Not a word of what is secret, and one line for each request. */
function expectNothingSecret(log: readonly string[], links: readonly string[]): void {
  const tokenWords = [right.token, wrong].map((token) => token.slice('drover_'.length, 20))
  const secrets = [mark, ...tokenWords, ...links.map((link) => link.slice(3, 30)), right.kept.sha256]
  const telling = log.filter((line) => secrets.some((secret) => line.includes(secret)))
  expect(telling).toEqual([])
  const odd = log.flatMap((line) => line.split('\n')).filter((line) => !logged.test(line))
  expect(odd).toEqual([])
}

/** A request, or a bug. */
const logged = /^([A-Z]+ \/\S* \d{3} .+ \d+ ms|Error: .*| {4}at .*)$/

describe('a day of calls to every route leaves nothing secret in the log', () => {
  // A minute for each: as many as it likes may fail.
  const clock = () => {
    let minutes = 0
    return () => {
      minutes += 1
      return new Date(now.getTime() + minutes * 60_000)
    }
  }

  test.each([
    ['open to this machine', {}],
    ['where tokens are needed', { tokens: async () => [right.kept] }],
  ])('%s', async (_, access) => {
    const store = createExampleStore()
    const links = await linksOf(store)
    const later = clock()
    const gateway = createTestGateway({ store, access, now: () => (access ? later() : now) })
    const statuses = await askEverything(gateway, links)
    expectNothingSecret(gateway.log, links)
    expect([...statuses]).toEqual(expect.arrayContaining([200, 404, 405, 415, 422]))
  })

  test('also where the store breaks, and says what it was given', async () => {
    const store = createExampleStore()
    const links = await linksOf(store)
    const broken: typeof store = new Proxy(store, {
      get: (target, name) => {
        const found = Reflect.get(target, name)
        if (name === 'as') return () => broken
        if (typeof found !== 'function') return found
        return async () => {
          throw new Error(`value "${mark}", '${mark}' or\n"${mark}" is none`)
        }
      },
    })
    const gateway = createTestGateway({ store: broken })
    const statuses = await askEverything(gateway, links)
    expectNothingSecret(gateway.log, links)
    expect(gateway.log.some((line) => line.startsWith('Error: value "…" is none\n    at '))).toBe(true)
    expect(statuses).toContain(500)
  })
})
