import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DroverProcess } from '../support/drover-process.ts'
import { untilServing } from '../support/serving.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const run = promisify(execFile)
const experiment = path.join(import.meta.dirname, '../fixtures/experiment')

let place: Workplace
let served: DroverProcess
let url: string

beforeAll(async () => {
  place = await createWorkplace()
  served = place.start('serve', '--app', 'drover:demo', '--port', '0')
  url = await untilServing(served)
})

afterAll(async () => {
  served?.process.kill('SIGKILL')
  await served?.ended
  await place?.remove()
})

const get = async (route: string) => (await fetch(`${url}${route}`)).json()

/** As somebody types them in a shell, but for the port. */
async function typeLine(line: string): Promise<Record<string, unknown>> {
  const { stdout } = await run('bash', [
    '-c',
    line.replace('curl ', 'curl -sS ').replace('http://localhost:8000', url),
  ])
  return JSON.parse(stdout)
}

describe('every curl line of the quick reference does what it says', () => {
  const lines = readFileSync(path.join(experiment, 'quick-reference.sh'), 'utf8')
    .replaceAll('\\\n', ' ')
    .trim()
    .split('\n')

  test('and its workflows come to their ends', async () => {
    expect(lines).toHaveLength(7)
    for (const line of lines) {
      expect(await typeLine(line)).toMatchObject({ workflow_id: expect.stringMatching(/^my-wf-[123]$/) })
    }
    for (const id of ['my-wf-1', 'my-wf-2', 'my-wf-3']) await place.reached(id, 'ended')
    expect(await get('/workflow-events/my-wf-1/all')).toMatchObject({
      events: { progress: 100, status: 'completed', result: { total_steps: 3 } },
    })
    expect((await place.store.get('my-wf-2'))?.output).toMatchObject({ decision: 'approved' })
    expect(await get('/workflow-stream/my-wf-3')).toMatchObject({ total_messages: 12 })
  })
})

const hasHttpie = (process.env.PATH ?? '').split(':').some((folder) => existsSync(path.join(folder, 'http')))

describe.skipIf(!hasHttpie)("the experiment's three scripts, side by side", () => {
  const script = async (name: string) => {
    const env = { ...process.env, BASE_URL: url }
    return (await run(path.join(experiment, name), [], { env })).stdout
  }

  test('see results, decisions and streams as they did', async () => {
    const [events, messaging, streaming] = await Promise.all(
      ['commands_events.sh', 'commands_messaging.sh', 'commands_streaming.sh'].map(script),
    )
    expect(events).toContain('"message":"Workflow started with events"')
    expect(events).toContain('"total_steps":10')

    expect(messaging?.match(/Notification sent to workflow/g)).toHaveLength(2)
    const ids = [...(messaging?.matchAll(/\d\. Start (test-msg-\S+),/g) ?? [])].map(([, id = '']) => id)
    const [approved = '', rejected = '', silent = ''] = ids
    for (const id of [approved, rejected]) await place.reached(id, 'ended')
    expect((await place.store.get(approved))?.output).toMatchObject({ decision: 'approved' })
    expect((await place.store.get(rejected))?.output).toMatchObject({ decision: 'rejected' })
    expect(await place.store.get(silent)).toMatchObject({ name: 'approvalWorkflow' })

    const counts = [...(streaming?.matchAll(/"total_messages":(\d+)/g) ?? [])].map(([, count]) =>
      Number(count),
    )
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    const [streamed = ''] = /test-stream-\d+/.exec(streaming ?? '') ?? []
    await place.reached(streamed, 'ended')
    expect(await get(`/workflow-stream/${streamed}`)).toMatchObject({ total_messages: 22 })
  })
})

test('a port that is in use is one sentence and 69, and nothing was launched', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  const { port } = await waitUntil('the port is taken', () => {
    const address = other.address()
    return typeof address === 'object' && address !== null ? address : undefined
  })
  const { code, stderr } = await place.run('serve', '--app', 'drover:demo', '--port', String(port))
  other.close()
  expect(code).toBe(69)
  expect(stderr).toBe(
    `error: 127.0.0.1:${port} is in use by another process.\nhint: drover serve --port ${port + 1}\n`,
  )
})

test('SIGTERM ends it in order, also while somebody waits for an event', async () => {
  await fetch(`${url}/start-workflow-messaging/left/1`, { method: 'POST' })
  const waiting = fetch(`${url}/workflow-events/left/never?timeout=60`).then(({ status }) => status)
  await place.reached('left', 'message')
  served.process.kill('SIGTERM')
  expect((await served.ended).code).toBe(0)
  // What came when it was about to end is told so; what it had begun is answered.
  expect([404, 503]).toContain(await waiting)
})
