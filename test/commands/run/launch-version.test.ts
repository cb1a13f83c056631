import { expect, test } from 'vitest'
import type { App } from '../../../src/core/run/runtime.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

interface Given {
  readonly configuredVersion?: string
  readonly env?: Readonly<Record<string, string>>
  readonly own?: boolean
}

/** What a worker was launched as, and what it said about the latest version; live workers run `v-live`, the latest is `v-latest`. */
async function work(line: string, { configuredVersion, env, own = false }: Given = {}) {
  const stop = new AbortController()
  let launched: string | undefined
  const app: App = {
    specifier: './app.js',
    configuredName: 'shop',
    configuredVersion: configuredVersion ?? null,
    packageName: null,
    sdkVersion: '5.3.0',
    workflows: [{ name: 'order', className: null, instances: [] }],
    launch: async ({ application, version }) => {
      launched = version
      stop.abort('SIGTERM')
      return {
        executorId: 'drover-1',
        application,
        version: version ?? 'computed',
        start: async () => {},
        shutdown: async () => {},
      }
    },
  }
  const registeredAt = new Date(0)
  const { stderr } = await runCli(line, {
    store: createFakeStore([], {
      own,
      versions: [
        { version: 'of-others', application: 'other', registeredAt: new Date(9), isLatest: true },
        { version: 'v-latest', application: 'shop', registeredAt, isLatest: true },
      ],
      executors: [{ executorId: 'local', version: 'v-live', application: 'shop', since: registeredAt }],
    }),
    app,
    env,
    interrupt: stop.signal,
  })
  const lines = stderr.split('\n')
  return { launched, lines, told: lines.filter((told) => /latest version|the latest$/.test(told)) }
}

test('a worker runs as the flag says, else the environment, else the module, else what DBOS computes', async () => {
  const env = { DBOS__APPVERSION: 'v-env' }
  const worker = 'worker --app ./app.js --join'
  expect((await work(`${worker} --app-version v-flag`, { env, configuredVersion: 'pinned' })).launched).toBe(
    'v-flag',
  )
  expect((await work(worker, { env, configuredVersion: 'pinned' })).launched).toBe('v-env')
  expect((await work(worker, { configuredVersion: 'pinned' })).launched).toBe('pinned')
  expect((await work(worker)).launched).toBeUndefined()
})

test("in drover's own database it is a version that outlives edits, unless one is said", async () => {
  expect((await work('worker --app ./app.js', { own: true })).launched).toBe('shop@dev')
  expect((await work('worker --app ./app.js', { own: true, configuredVersion: 'pinned' })).launched).toBe(
    'pinned',
  )
})

test('a version that is not the latest comes with how to make it that', async () => {
  const { lines, told } = await work('worker --app ./app.js --join', { configuredVersion: 'it is' })
  expect(lines.slice(1, 3)).toEqual(told)
  expect(lines[0]).toMatch(/^shop, version it is, in /)
  expect(told).toEqual([
    'v-latest stays the latest version of shop: what is enqueued without a version goes to it, not here.',
    "hint: drover versions promote 'it is'   # makes this version the latest",
  ])
  expect((await work('worker --app ./app.js --join', { configuredVersion: 'v-latest' })).told).toEqual([])
})
