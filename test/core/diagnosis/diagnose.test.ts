import { describe, expect, test } from 'vitest'
import { diagnose } from '../../../src/core/diagnosis/diagnose.ts'
import { findObstacles } from '../../../src/core/diagnosis/obstacles.ts'
import type {
  LiveExecutor,
  Outlook,
  PartitionState,
  QueueState,
  Situation,
} from '../../../src/core/diagnosis/situation.ts'
import type { Step, Wait, Workflow } from '../../../src/core/workflow.ts'

const now = new Date('2026-01-02T03:05:05Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)

const worker = (given: Partial<LiveExecutor> = {}): LiveExecutor => ({
  executorId: 'w1',
  application: 'shop',
  version: 'v1',
  versionStart: given.version ?? 'v1',
  candidateVersions: null,
  registration: null,
  recognisedBy: 'name',
  address: null,
  since: ago(600),
  heardAt: ago(0.5),
  ...given,
})

/** One that told what it registers. */
const registering = (names: readonly string[], queues: 'all' | readonly string[] = 'all') =>
  worker({
    registration: { queues, workflows: names.map((name) => ({ name, className: null, instances: [] })) },
  })

const queue = (given: Partial<QueueState> = {}): QueueState => ({
  name: 'orders',
  isInternal: false,
  isRegistered: true,
  owner: null,
  concurrency: null,
  workerConcurrency: null,
  rateLimit: null,
  isPaused: false,
  isPartitioned: false,
  partition: null,
  pollMs: 1000,
  running: [],
  runningCount: 0,
  startedInPeriod: 0,
  ...given,
})

const partition = (given: Partial<PartitionState>): PartitionState => ({
  key: 'eu',
  concurrency: null,
  workerConcurrency: null,
  rateLimit: null,
  running: [],
  runningCount: 0,
  startedInPeriod: 0,
  ...given,
})

const outlook = (given: Partial<Outlook> = {}): Outlook => ({
  now,
  queue: queue(),
  latestVersion: 'v1',
  executors: [worker()],
  ...given,
})

function situation(workflow: Partial<Workflow>, given: Partial<Situation> = {}): Situation {
  return {
    workflow: {
      workflowId: 'a',
      name: 'checkout',
      className: null,
      configName: null,
      status: 'PENDING',
      queue: 'orders',
      application: 'shop',
      version: 'v1',
      executorId: 'w1',
      createdAt: ago(60),
      startedAt: ago(60),
      completedAt: null,
      recoveryAttempts: 1,
      input: [],
      output: null,
      error: null,
      ...workflow,
    },
    now,
    delayUntil: null,
    deadline: null,
    partition: null,
    updatedAt: null,
    outlook: null,
    executors: [worker()],
    ahead: [],
    aheadCount: 0,
    lastTakenAt: null,
    stepCount: 0,
    lastStep: null,
    failedStep: null,
    failedStepCount: 0,
    waits: [],
    unread: [],
    activeChildren: [],
    provenOrigins: [],
    knownNames: ['checkout'],
    learned: null,
    ...given,
  }
}

const enqueued = (given: Partial<Outlook>, more: Partial<Situation> = {}, workflow: Partial<Workflow> = {}) =>
  situation(
    { status: 'ENQUEUED', executorId: null, startedAt: null, ...workflow },
    { outlook: outlook(given), ...more },
  )

const step = (given: Partial<Step> = {}): Step => ({
  step: 3,
  name: 'charge',
  startedAt: ago(20),
  completedAt: ago(19),
  output: null,
  error: null,
  childId: null,
  ...given,
})

const wait = (given: Partial<Wait> = {}): Wait => ({
  workflowId: 'a',
  step: 4,
  topic: 'legal',
  prompt: 'Ship it?',
  since: ago(10),
  until: null,
  isOverdue: false,
  unreadTopics: [],
  state: 'waiting',
  asked: true,
  request: null,
  ...given,
})

const origin = { className: null, configName: null, queue: 'orders', application: 'shop' }
const message = {
  workflowId: 'a',
  topic: 'lega',
  message: true,
  sentAt: ago(5),
  readByStep: null,
  read: false,
}
const kinds = (of: Situation) => diagnose(of).causes.map(({ kind }) => kind)

describe('on a queue', () => {
  test.each<[string, Situation, string[]]>([
    ['nobody lives', enqueued({ executors: [] }), ['no-worker']],
    ['only others live', enqueued({ executors: [worker({ application: 'bank' })] }), ['no-worker']],
    ['nobody registered it', enqueued({ queue: queue({ isRegistered: false }) }), ['queue-missing']],
    [
      'the internal one needs no registration',
      enqueued({ queue: queue({ isRegistered: false, isInternal: true }) }),
      ['not-taken'],
    ],
    ['it is of another application', enqueued({ queue: queue({ owner: 'bank' }) }), ['queue-elsewhere']],
    ['it is partitioned', enqueued({ queue: queue({ isPartitioned: true }) }), ['partition-missing']],
    ['other versions live', enqueued({ executors: [worker({ version: 'v2' })] }), ['version-gone']],
    [
      'it names no version and the latest is run by nobody',
      enqueued({ latestVersion: 'v9' }, {}, { version: null }),
      ['version-overtaken'],
    ],
    [
      'the name of the session shows only how the version begins',
      enqueued({ executors: [worker({ version: '', versionStart: 'v' })] }),
      ['not-taken'],
    ],
    [
      'the only one that could take it is stopped',
      enqueued({ executors: [worker({ heardAt: ago(40) })] }),
      ['executor-silent'],
    ],
    [
      'as many run as may',
      enqueued({ queue: queue({ concurrency: 2, runningCount: 2, running: ['x', 'y'] }) }),
      ['queue-full'],
    ],
    [
      'as many run as the workers may take',
      enqueued({
        queue: queue({ workerConcurrency: 2, runningCount: 4, running: ['x'] }),
        executors: [worker(), worker({ executorId: 'w2' })],
      }),
      ['queue-full'],
    ],
    [
      'as many were started as may in the period',
      enqueued({ queue: queue({ rateLimit: { max: 3, periodMs: 60_000 }, startedInPeriod: 3 }) }),
      ['queue-full'],
    ],
    [
      'as many run in its partition as may',
      enqueued({
        queue: queue({ runningCount: 5, partition: partition({ concurrency: 3, runningCount: 3 }) }),
      }),
      ['queue-full'],
    ],
    [
      'its partition is full for the one worker there is',
      enqueued({ queue: queue({ partition: partition({ workerConcurrency: 1, runningCount: 1 }) }) }),
      ['queue-full'],
    ],
    [
      'more run on the queue than may in its partition, which has room',
      enqueued({
        queue: queue({
          concurrency: 9,
          runningCount: 5,
          partition: partition({ concurrency: 3, runningCount: 1 }),
        }),
      }),
      ['not-polled'],
    ],
    ['nothing stands in its way, and time has passed', enqueued({}), ['not-polled']],
    ['nothing stands in its way', enqueued({}, {}, { createdAt: ago(1) }), ['due']],
    ['it was put there again a moment ago', enqueued({}, { updatedAt: ago(1) }), ['due']],
    ['others were taken a moment ago', enqueued({}, { lastTakenAt: ago(1) }), ['due']],
    ['others were taken a while ago', enqueued({}, { lastTakenAt: ago(30) }), ['not-polled']],
    ['nobody can be seen', enqueued({ executors: undefined }, { executors: undefined }), ['due']],
    [
      'its time has not come',
      enqueued({ executors: [] }, { delayUntil: ago(-60) }, { status: 'DELAYED' }),
      ['delayed', 'no-worker'],
    ],
    [
      'a listener of another language may be its worker',
      enqueued({
        executors: [worker({ application: null, version: '', versionStart: '', recognisedBy: 'listening' })],
      }),
      ['not-taken'],
    ],
    [
      'it does not tell its version, and every one that is registered is another',
      enqueued({ executors: [worker({ version: '', versionStart: '', candidateVersions: ['v2', 'v3'] })] }),
      ['version-gone'],
    ],
    [
      'it does not tell its version, which may be the one',
      enqueued({ executors: [worker({ version: '', versionStart: '', candidateVersions: ['v1', 'v2'] })] }),
      ['not-taken'],
    ],
    [
      'who could take it polls others',
      enqueued({ executors: [registering(['checkout'], [])] }),
      ['not-polled'],
    ],
    [
      'one of drover that did not answer may poll it',
      enqueued({ executors: [registering(['checkout'], []), worker({ executorId: 'drover-1' })] }),
      ['not-taken'],
    ],
    [
      'who could take it registers others',
      enqueued({ executors: [registering(['refund'])] }),
      ['name-unregistered'],
    ],
    [
      'one that did not answer may register it',
      enqueued({ executors: [registering(['refund']), worker({ executorId: 'w2' })] }),
      ['not-taken'],
    ],
    [
      'who could take it polls its queue and registers it',
      enqueued({ executors: [registering(['checkout'])] }),
      ['not-taken'],
    ],
  ])('%s', (_, of, expected) => {
    expect(kinds(of)).toEqual(expected)
  })

  test('which limit is reached is told, that of the whole queue first', () => {
    const rateLimit = { max: 2, periodMs: 1000 }
    const of = partition({ rateLimit, startedInPeriod: 2, concurrency: 1, runningCount: 1 })
    const limitOf = (state: QueueState) => diagnose(enqueued({ queue: state })).causes[0]
    expect(limitOf(queue({ concurrency: 4, runningCount: 4, partition: of }))).toMatchObject({
      limit: { by: 'concurrency', partition: null, max: 4, running: 4 },
    })
    expect(limitOf(queue({ concurrency: 4, runningCount: 3, partition: of }))).toMatchObject({
      limit: { by: 'rate', partition: 'eu', ...rateLimit },
    })
    expect(limitOf(queue({ partition: { ...of, startedInPeriod: 1 } }))).toMatchObject({
      limit: { by: 'concurrency', partition: 'eu', max: 1, running: 1 },
    })
  })

  test('what blocks its partition is looked at next, and not what runs in others', () => {
    const full = partition({ concurrency: 1, runningCount: 1, running: ['own'] })
    const of = enqueued({ queue: queue({ runningCount: 2, running: ['other', 'own'], partition: full }) })
    expect(diagnose(of).next).toBe('own')
  })

  test('what blocks a full queue is looked at next', () => {
    const of = enqueued({ queue: queue({ concurrency: 1, runningCount: 1, running: ['poison'] }) })
    expect(diagnose(of).next).toBe('poison')
  })

  test('what is not there yet has the same obstacles', () => {
    const place = { name: 'checkout', className: null, application: 'shop', version: 'v2', partition: null }
    expect(findObstacles(outlook({ queue: queue({ isRegistered: false }) }), place)).toEqual([
      { kind: 'queue-missing' },
      { kind: 'version-gone', version: 'v2', live: ['v1'] },
    ])
  })
})

describe('claimed by an executor', () => {
  const begun = { stepCount: 4, lastStep: step() }
  test.each([
    ['a sleep that goes on', step({ name: 'DBOS.sleep', completedAt: null, output: ago(-99).getTime() })],
    ['a clock that runs ahead', step({ completedAt: ago(-99) })],
  ])('%s is no sign of life after its beginning', (_, lastStep) => {
    const [cause] = diagnose(situation({}, { stepCount: 4, lastStep, executors: [] })).causes
    expect(cause).toMatchObject({ kind: 'executor-gone', lastSign: ago(20) })
  })

  test.each<[string, Situation, string[]]>([
    ['that is gone', situation({}, { ...begun, executors: [] }), ['executor-gone']],
    [
      'that is gone, while it waits',
      situation({}, { ...begun, executors: [], waits: [wait()] }),
      ['executor-gone', 'waits-for-message'],
    ],
    [
      'that may be one of those that do not tell their ids',
      situation(
        {},
        { ...begun, executors: [worker({ executorId: 'session 7', recognisedBy: 'listening' })] },
      ),
      ['step-runs'],
    ],
    ['that cannot be seen', situation({}, { ...begun, executors: undefined }), ['step-runs']],
    [
      'that is stopped',
      situation({}, { ...begun, executors: [worker({ heardAt: ago(30) })] }),
      ['executor-silent', 'step-runs'],
    ],
    [
      'that is gone, and other versions live',
      situation({}, { ...begun, executors: [worker({ executorId: 'w2', version: 'v2' })] }),
      ['executor-gone', 'version-gone'],
    ],
    [
      'that is gone, and others of its version live',
      situation({}, { ...begun, executors: [worker({ executorId: 'w2' })] }),
      ['executor-gone'],
    ],
    ['that may not know its name', situation({}), ['name-unproven']],
    [
      'that may not know its class',
      situation({}, { provenOrigins: [{ ...origin, className: 'Orders' }] }),
      ['name-unproven'],
    ],
    ['that knows its name, and takes long', situation({}, { provenOrigins: [origin] }), ['step-runs']],
    ['a moment ago', situation({ startedAt: ago(1) }), ['name-unproven']],
    ['and started there', situation({ queue: null }), ['step-runs']],
    ['it asks', situation({}, { ...begun, waits: [wait()] }), ['waits-for-message']],
    [
      'its time to wait has passed',
      situation({}, { ...begun, waits: [wait({ state: 'overdue', until: ago(3) })] }),
      ['wait-overdue'],
    ],
    ['it was answered', situation({}, { ...begun, waits: [wait({ state: 'answered' })] }), ['answer-unread']],
    [
      'it waits for an event, as before',
      situation(
        {},
        {
          ...begun,
          waits: [wait({ asked: false, topic: undefined })],
          learned: { step: 4, call: 'DBOS.getEvent', topic: null },
        },
      ),
      ['waits-for-event'],
    ],
    [
      'it sleeps',
      situation({}, { stepCount: 1, lastStep: step({ name: 'DBOS.sleep', output: ago(-30).getTime() }) }),
      ['sleeps'],
    ],
    [
      'it slept',
      situation({}, { stepCount: 1, lastStep: step({ name: 'DBOS.sleep', output: ago(3).getTime() }) }),
      ['step-runs'],
    ],
  ])('%s', (_, of, expected) => {
    expect(kinds(of)).toEqual(expected)
  })

  test('a message on another topic than the one it waits on is told', () => {
    const of = situation({}, { ...begun, waits: [wait()], unread: [message] })
    expect(diagnose(of).causes[0]).toMatchObject({ kind: 'waits-for-message', strays: [message] })
  })

  test('a topic that earlier runs received on is the one it waits on', () => {
    const source = 'learned'
    const inferred = wait({ asked: false, topic: 'legal', source, prompt: null, state: 'answered' })
    const [stray] = diagnose(situation({}, { ...begun, waits: [inferred], unread: [message] })).causes
    expect(stray).toMatchObject({
      kind: 'waits-for-message',
      wait: { topic: 'legal' },
      strays: [message],
      isLearned: true,
    })
    const answer = { ...message, topic: 'legal' }
    const [read] = diagnose(situation({}, { ...begun, waits: [inferred], unread: [answer] })).causes
    expect(read).toMatchObject({ kind: 'answer-unread' })
  })

  test('a child that goes on is what it waits for, and is looked at next', () => {
    const { input, output, error, ...child } = situation({ workflowId: 'b' }).workflow
    expect(diagnose(situation({}, { ...begun, activeChildren: [child] }))).toMatchObject({
      causes: [{ kind: 'waits-for-child' }],
      next: 'b',
    })
  })

  test('what cannot be seen is not guessed', () => {
    expect(diagnose(situation({}, { ...begun, executors: undefined })).unknown).toEqual(['sessions'])
    const stranger = worker({ executorId: 'session 7', recognisedBy: 'listening' })
    expect(diagnose(situation({}, { ...begun, executors: [stranger] })).unknown).toEqual(['listening'])
    expect(diagnose(situation({}, { ...begun, executors: [worker()] })).unknown).toEqual([])
    expect(diagnose(situation({})).unknown).toEqual(['name'])
    const looking = { step: 4, call: 'DBOS.getEvent', topic: null }
    const waits = [wait({ asked: false, topic: undefined, prompt: null })]
    expect(diagnose(situation({}, { ...begun, waits, learned: looking })).unknown).toEqual(['event'])
  })
})

test.each([
  ['SUCCESS', 'succeeded'],
  ['ERROR', 'failed'],
  ['CANCELLED', 'cancelled'],
  ['MAX_RECOVERY_ATTEMPTS_EXCEEDED', 'dead'],
] as const)('what ended %s has %s', (status, kind) => {
  expect(kinds(situation({ status }, { executors: [] }))).toEqual([kind])
})

test('the timeout of a workflow is what cancelled it, unless somebody did long after', () => {
  const cancelled = (deadline: Date | null) =>
    diagnose(situation({ status: 'CANCELLED', completedAt: ago(60) }, { executors: [], deadline })).causes
  const deadline = ago(60.064)
  expect(cancelled(deadline)).toEqual([{ kind: 'cancelled', deadline }])
  for (const other of [null, ago(59), ago(600)]) {
    expect(cancelled(other)).toEqual([{ kind: 'cancelled', deadline: null }])
  }
})
