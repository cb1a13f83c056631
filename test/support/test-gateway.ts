import type { LinkKeys } from '../../src/core/links/link-keys.ts'
import { createGateway } from '../../src/http/gateway.ts'
import type { Access, GatewayApp, GatewayParts } from '../../src/http/gateway-parts.ts'
import { createFakeStore, type FakeStore } from './fake-store.ts'

interface TestGateway {
  readonly app: GatewayApp
  readonly store: FakeStore
  readonly log: readonly string[]
  /** As a browser or `curl` on this machine asks. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** The answer's status and its JSON. */
  ask(path: string, init?: RequestInit): Promise<{ readonly status: number; readonly body: unknown }>
}

type TestParts = Partial<Omit<GatewayParts, 'access' | 'store'>> & {
  readonly access?: Partial<Access>
  readonly store?: FakeStore
}

const localAccess: Access = {
  host: '127.0.0.1',
  publicUrl: undefined,
  origins: [],
  tokens: undefined,
  trustedProxy: undefined,
  writesPerMinute: undefined,
  isReadOnly: false,
}

export const testLinkKeys: LinkKeys = [new TextEncoder().encode('a key of thirty-two characters !!')]

/** A gateway on the fake store, without a socket. */
export function createTestGateway({ access, ...parts }: TestParts = {}): TestGateway {
  const store = parts.store ?? createFakeStore()
  const log: string[] = []
  const app = createGateway({
    env: {},
    version: '0.0.0-test',
    application: 'test-app',
    workflows: {},
    isRecorded: true,
    userAndHost: 'ada@laptop',
    now: () => new Date('2026-01-02T03:05:05Z'),
    linkKeys: async () => testLinkKeys,
    mostStreams: 200,
    onLog: (line) => log.push(line),
    stopping: new AbortController().signal,
    experiment: {
      events: 'eventsWorkflow',
      messaging: 'approvalWorkflow',
      streaming: 'streamingWorkflow',
      topic: 'notification',
      streamKey: 'progress_stream',
      registered: new Set(['eventsWorkflow', 'approvalWorkflow', 'streamingWorkflow']),
    },
    ...parts,
    store,
    access: { ...localAccess, ...access },
  })
  const request: TestGateway['request'] = async (path, init) =>
    app.request(`http://localhost:8000${path}`, init)
  return {
    app,
    store,
    log,
    request,
    ask: async (path, init) => {
      const response = await request(path, init)
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    },
  }
}

/** A POST of JSON. */
export function post(body?: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  if (body === undefined) return { method: 'POST', headers }
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  }
}
