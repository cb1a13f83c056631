import { expect, test } from 'vitest'
import { followingCommands, readingCommands, writingCommands } from '../support/every-command.ts'
import { exampleWorkflows } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import type { FakeOperation } from '../support/fake-workflow.ts'
import { runCli } from '../support/run-cli.ts'

/** What text needs, and a name must not hide in: selectors and joiners behind characters that take them. */
const mark = '❤\ufe0f葛\u{e0100}👩\u200d👧'
const invisible = /[\p{Default_Ignorable_Code_Point}\u2800]/u

const marked = (name: string) => `${name}${mark}`

function markNames(operation: FakeOperation): FakeOperation {
  if ('step' in operation) return { ...operation, step: marked(operation.step) }
  if ('event' in operation) return { ...operation, event: marked(operation.event) }
  if ('stream' in operation) return { ...operation, stream: marked(operation.stream) }
  if ('closeStream' in operation) return { closeStream: marked(operation.closeStream) }
  if ('recv' in operation) return { ...operation, recv: marked(operation.recv ?? '') }
  if ('child' in operation) return { child: marked(operation.child), name: marked(operation.name) }
  return operation
}

/** All that has a name has one with something invisible in it; values are plain. */
function createMarkedStore() {
  const child: FakeOperation = { child: 'child', name: 'kid' }
  const workflows = exampleWorkflows.map((workflow) => ({
    className: marked('Shop'),
    configName: marked('eu'),
    executorId: marked('pod-1'),
    partition: marked('p'),
    deduplicationId: marked('d'),
    schedule: marked('nightly'),
    user: marked('ada'),
    ...workflow,
    workflowId: marked(workflow.workflowId),
    name: marked(workflow.name ?? ''),
    application: marked('example'),
    version: marked('v1'),
    ...(workflow.queue && { queue: marked(workflow.queue) }),
    did: [...(workflow.did ?? []), ...(workflow.workflowId === 'running' ? [child] : [])].map(markNames),
    unread: [{ topic: marked('stray'), message: 1 }],
  }))
  const kid = { workflowId: marked('child'), name: marked('kid'), parentId: marked('running') }
  return createFakeStore([...workflows, kid], {
    queues: [marked('mails')],
    versions: [
      { version: marked('v1'), application: marked('example'), registeredAt: new Date(0), isLatest: true },
    ],
    schedules: [
      {
        name: marked('nightly'),
        workflow: marked('orderWorkflow'),
        cron: '0 0 3 * * *',
        timezone: null,
        status: 'ACTIVE',
        application: marked('example'),
        queue: marked('slow'),
        lastFiredAt: null,
        nextAt: [],
      },
    ],
  })
}

const names = [
  'running',
  'asking',
  'answered',
  'failed',
  'cancelled',
  'done',
  'queued',
  'mails',
  'nightly',
  'legal',
  'progress',
  'log',
  'orderWorkflow',
  'v1',
  'example',
]

/** The same words, of which those that name something of the store have its names. */
const toArguments = (line: string, id: string) =>
  line
    .split(' ')
    .map((word) => (word === 'ID' ? marked(id) : names.includes(word) ? marked(word) : word))
    .map((word) => word.replace(/^event:progress(?=>)/, `event:"${marked('progress')}"`))

const looks = [
  { isTerminal: false },
  { isTerminal: true, columns: 200, rows: 60 },
  { isTerminal: true, columns: 60, rows: 24 },
] as const

const perWorkflow = [...readingCommands, ...followingCommands].filter((line) => line.includes('ID'))
const others = [
  ...readingCommands.filter((line) => !line.includes('ID')),
  ...writingCommands,
  'list --children',
  'list --count-by name',
  'list --count-by queue',
  'steps done --timeline',
  'inbox --older-than 1ms --no-pick',
  'recover running --dry-run',
  'cancel --name orderWorkflow --dry-run',
  'approve done',
  'watch asking running queued --timeout 1ms',
  'wait asking --fail-on-input',
  'get nope',
  'stream asking log',
  'link asking --as ada --public-url https://drover.example',
]

async function hiddenIn(line: string, id: string) {
  const found: string[] = []
  for (const look of looks) {
    const { stdout, stderr, frames } = await runCli(toArguments(line, id), {
      store: createMarkedStore(),
      ...look,
      now: new Date(),
    })
    // An id that is the result is as it is where a program reads it.
    const isId = !look.isTerminal && /^(schedules trigger|start|fork|wait .*created)/.test(line)
    const shown = [isId ? '' : stdout, stderr, ...frames.flat()].join('\n').split('\n')
    found.push(...shown.filter((text) => invisible.test(text)))
  }
  return found
}

test.each(perWorkflow)('nothing invisible is left in a name that is shown: %s', async (line) => {
  for (const id of ['running', 'asking', 'done', 'failed', 'queued'])
    expect(
      await hiddenIn(
        `${line} --timeout 1ms`.replace(
          /^(?!watch|wait|events.*(wait|follow)|stream.*follow)(.*) --timeout 1ms$/,
          '$2',
        ),
        id,
      ),
    ).toEqual([])
})

test.each(others)('nor by commands that name no workflow, or change it: %s', async (line) => {
  expect(await hiddenIn(line, '')).toEqual([])
})
