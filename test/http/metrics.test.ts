import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'
import { createTestGateway } from '../support/test-gateway.ts'

test('a scrape has what is active, queued, waiting, live and left, in OpenMetrics', async () => {
  const { request } = createTestGateway({ store: createExampleStore() })
  const response = await request('/metrics')
  expect(response.headers.get('Content-Type')).toBe(
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  )
  const text = await response.text()
  expect(text.endsWith('# EOF\n')).toBe(true)
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|# EOF|\w+(\{(\w+="(?:[^"\\]|\\["\\])*",?)+\})? -?[\d.e+]+)$/)
  }
  expect(text).toMatch(/^drover_waits_open [1-9]/m)
  expect(text).toMatch(/^drover_workflows_active\{name="\w+",status="PENDING"\} \d+$/m)
})

test('what ends and is decided while the gateway runs is counted, and the database asked every five seconds', async () => {
  let ms = Date.parse('2026-01-02T03:05:05Z')
  const store = createFakeStore([{ workflowId: 'a', name: 'work' }], { now: () => new Date(ms) })
  const { request } = createTestGateway({ store, now: () => new Date(ms) })
  const ended = async () =>
    /^drover_workflows_ended_total.*$/m.exec(await (await request('/metrics')).text())?.[0]
  expect(await ended()).toBeUndefined()
  store.update('a', { status: 'SUCCESS', completedAt: new Date(ms) })
  expect(await ended()).toBeUndefined()
  ms += 60_000
  expect(await ended()).toBe('drover_workflows_ended_total{name="work",status="SUCCESS"} 1')
  ms += 60_000
  expect(await ended()).toBe('drover_workflows_ended_total{name="work",status="SUCCESS"} 1')
})

test('a name that would break the format is escaped', async () => {
  const store = createFakeStore([{ workflowId: 'x', name: 'say "hi"\\\n\u001b[31m' }])
  const { stdout, code } = await runCli('metrics', { store })
  expect(code).toBe(0)
  expect(stdout).toContain('{name="say \\"hi\\"\\\\↵␛[31m"')
  expect(stdout).not.toContain('\u001b')
  expect(stdout.endsWith('# EOF\n')).toBe(true)
})
