import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { type DroverProcess, startDrover, untilReady } from '../support/drover-process.ts'
import { lendStore } from '../support/lend-store.ts'
import { oneLook, patience } from '../support/patience.ts'
import { runCli } from '../support/run-cli.ts'
import { startSlowProxy } from '../support/slow-proxy.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

interface Example {
  readonly file: string
  readonly workflow: string
  /** Arguments with which it does not end by itself while a test runs. */
  readonly longArgs: readonly string[]
  /** Words of the file, and others that do not hold. */
  readonly wrong: readonly [was: string, is: string]
  /** What is said then: in a sentence, and on lines. */
  readonly mismatch: string
  readonly lines: string
  /** Another workflow takes the same arguments, and does not do what the file waits for. */
  readonly other: string
  readonly missing: string
  /** One of its cases, where the file has several. */
  readonly only?: string
}

const examples: readonly Example[] = [
  {
    file: 'ci-smoke',
    workflow: 'approvalWorkflow',
    longArgs: ['3', '3600'],
    wrong: ['decision: approved', 'decision: rejected'],
    mismatch: 'result.decision is "approved", expected "rejected"',
    lines: 'result.decision\n    - "rejected"\n    + "approved"\n',
    other: 'eventsWorkflow',
    missing: 'it did not wait for a message',
  },
  {
    file: 'events',
    workflow: 'eventsWorkflow',
    longArgs: ['1000', '3600000'],
    wrong: ['progress: 100', 'progress: 99'],
    mismatch: 'events.progress is 100, expected 99',
    lines: 'events.progress\n    - 99\n    + 100\n',
    other: 'streamingWorkflow',
    missing: 'ended SUCCESS without event:progress',
  },
  {
    file: 'messaging',
    workflow: 'approvalWorkflow',
    longArgs: ['3', '3600'],
    wrong: ["decision == 'approved'", "decision == 'rejected'"],
    mismatch: "decision == 'rejected'",
    lines: "decision == 'rejected'",
    other: 'eventsWorkflow',
    missing: 'without message',
    only: 'approved',
  },
  {
    file: 'streaming',
    workflow: 'streamingWorkflow',
    longArgs: ['1000', '3600000'],
    wrong: ['length(@) == `2` *', 'length(@) == `3` *'],
    mismatch: 'length(@) == `3`',
    lines: 'length(@) == `3`',
    other: 'eventsWorkflow',
    missing: 'ended SUCCESS without stream:progress_stream',
  },
]

let place: Workplace
let worker: DroverProcess
beforeAll(async () => {
  place = await createWorkplace()
  worker = await startWorker()
})
afterAll(async () => {
  worker.process.kill('SIGTERM')
  await worker.ended
  await place.remove()
})

async function startWorker(): Promise<DroverProcess> {
  const started = place.start('worker', '--app', 'drover:demo')
  await untilReady(started)
  return started
}

/** The example with one time limit for each of its cases. */
function read({ file }: Example, timeout: string): string {
  return readFileSync(path.join(import.meta.dirname, `../../examples/tests/${file}.yaml`), 'utf8')
    .replaceAll(/^ *timeout: .*\n/gm, '')
    .replaceAll(/^ *within: .*\n/gm, '')
    .replace('cases:', `timeout: ${timeout}\ncases:`)
}

async function judge({ only }: Example, yaml: string) {
  const written: Record<string, string> = {}
  const filter = only === undefined ? [] : ['--filter', only]
  const { code, stdout } = await runCli(['test', 'red.yaml', '--junit', 'out.xml', ...filter], {
    store: lendStore(place.store),
    now: new Date(),
    written,
    env: { STEPS: '2', PATIENCE: '1' },
    files: { '/project/red.yaml': yaml },
  })
  const junit = (written['/project/out.xml'] ?? '').replaceAll('&quot;', '"').replaceAll('&apos;', "'")
  return { code, stdout, junit }
}

const asFailure = { code: 5, element: '<failure message="', reason: /^✗ / }

describe.concurrent('an example of drover test is red', () => {
  test.each(examples)('$file: another result is 5', async (example) => {
    const yaml = read(example, '10h')
    const [was, is] = example.wrong
    expect(yaml).toContain(was)
    const { code, stdout, junit } = await judge(example, yaml.replaceAll(was, is))
    expect({ code, stdout }).toEqual({ code: 5, stdout: expect.stringMatching(asFailure.reason) })
    expect(stdout).toContain(example.lines)
    expect(junit).toContain(asFailure.element)
    expect(junit).toContain(example.mismatch)
  })

  test.each(examples)('$file: what never asks, publishes or streams is 5', async (example) => {
    const yaml = read(example, '10h').replaceAll(example.workflow, example.other)
    const { code, stdout, junit } = await judge(example, yaml)
    expect({ code, stdout }).toEqual({ code: 5, stdout: expect.stringMatching(asFailure.reason) })
    expect(stdout).toContain(example.missing)
    expect(junit).toContain(asFailure.element)
    expect(junit).toContain(example.missing)
  })
})

test.each(examples)('an example of drover test is red: $file: a worker that dies is 124', async (example) => {
  const id = `left-by-${example.file}`
  const victim = await moveToNewWorker()
  expect(await place.drover('start', example.workflow, ...example.longArgs, '--id', id)).toMatchObject({
    code: 0,
  })
  await waitUntil('it runs', async () => (await place.store.get(id))?.status === 'PENDING')
  victim.process.kill('SIGKILL')
  await victim.ended
  await waitUntil('nobody is connected', async () => (await place.store.executors())?.length === 0)
  const yaml = read(example, oneLook()).replaceAll(/start: \{.*\}$/gm, `attach: ${id}`)
  const { code, stdout, junit } = await judge(example, yaml)
  expect({ code, stdout }).toEqual({ code: 124, stdout: expect.stringMatching(/^! /) })
  expect(stdout).toMatch(/ran out while waiting for .*Its executor \S+ is gone/)
  expect(stdout).toContain('hint: drover worker --app drover:demo')
  expect(junit).toContain('<error message="')
  await place.drover('cancel', id)
})

/** So that who runs what is started is known. */
async function moveToNewWorker(): Promise<DroverProcess> {
  worker.process.kill('SIGTERM')
  await worker.ended
  worker = await startWorker()
  return worker
}

describe('an example of drover test is red where the worker stands still', () => {
  beforeAll(async () => {
    worker =
      worker.process.exitCode === null && worker.process.signalCode === null ? worker : await startWorker()
    worker.process.kill('SIGSTOP')
  })
  afterAll(() => void worker.process.kill('SIGCONT'))

  describe.concurrent('and', () => {
    test.each(examples)('$file: time that runs out is 124', async (example) => {
      const { code, stdout, junit } = await judge(example, read(example, oneLook()))
      expect({ code, stdout }).toEqual({ code: 124, stdout: expect.stringMatching(/^! /) })
      expect(stdout).toMatch(/ran out while waiting for /)
      expect(junit).toContain('<error message="')
    })

    test.each(examples)('$file: a database that goes away is 69', async (example) => {
      const proxy = await startSlowProxy(inject('serverUrl'))
      onTestFinished(() => proxy.close())
      const file = path.join(place.home, `away-${example.file}.yaml`)
      await writeFile(file, read(example, '10h').replace(/^( *- name: )/m, `$1away ${example.file} `))
      const slowly = ['--connect-timeout', `${patience()}ms`, '--reconnect-timeout', `${patience() / 6}ms`]
      const args = ['test', file, '--filter', `away ${example.file}`, '--junit', `${file}.xml`, ...slowly]
      const { ended } = startDrover(args, {
        home: place.home,
        env: { DROVER_DB_URL: proxy.urlOf(place.database.target.url) },
      })
      await waitUntil('its workflow is there', async () => {
        const idPrefix = `away-${example.file}-`
        return (await place.store.list({ idPrefix, limit: 1 })).length > 0
      })
      proxy.close()
      const { code, stdout } = await ended
      expect({ code, stdout }).toEqual({ code: 69, stdout: expect.stringMatching(/^! /) })
      expect(stdout).toContain('did not come back within ')
      expect(readFileSync(`${file}.xml`, 'utf8')).toContain('<error message="')
    })
  })
})
