import type { QuestionScreen, Screen, ValueScreen, WorkflowScreen } from '../../cockpit/cockpit-model.ts'
import { findLeftBehind } from '../../core/decide/find-left-behind.ts'
import { createWaitKnowledge, type KnowWaits } from '../../core/decide/known-waits.ts'
import { examine } from '../../core/diagnosis/checkup.ts'
import { examineStore } from '../../core/diagnosis/examine-store.ts'
import { explain } from '../../core/diagnosis/explain-workflow.ts'
import { listWorkers } from '../../core/run/list-workers.ts'
import { toFindingLines } from '../../render/doctor/finding.ts'
import { readWorkflow } from './read-workflow.ts'
import { readWorkflows } from './read-workflows.ts'
import { isNotFound, type Reading, readEvery } from './reading.ts'

/** The oldest; nobody goes through more of them by hand. */
const mostWaits = 1000
/** Of a stream that is opened so many of the last values are there at once. */
const lastValues = 200

const readers: { readonly [Kind in Screen['kind']]: (reading: Reading) => Promise<void> } = {
  workflows: readWorkflows,
  workflow: readWorkflow,
  inbox: readInbox,
  question: readQuestion,
  queues: (reading) =>
    readEvery(reading, 2000, async () =>
      reading.send({ kind: 'queues', queues: await reading.store.queues() }),
    ),
  workers: (reading) => readEvery(reading, 2000, () => readWorkers(reading)),
  doctor: (reading) => readEvery(reading, 10_000, () => readDoctor(reading)),
  explain: (reading) => readEvery(reading, 3000, () => readExplanation(reading)),
  value: readStream,
}

/** Reads what a screen shows, as it changes, until another one is shown. */
export function readScreen(reading: Reading): Promise<void> {
  return readers[reading.screen().kind](reading)
}

function knowledgeOf({ store, settings }: Reading): KnowWaits {
  return createWaitKnowledge(store, settings.workflows)
}

async function readInbox(reading: Reading): Promise<void> {
  const { store, signal } = reading
  const know = knowledgeOf(reading)
  for await (const { waits, total } of store.watchInbox({ limit: mostWaits }, { signal })) {
    reading.send({ kind: 'inbox', waits: await know(waits), total })
  }
}

async function readQuestion(reading: Reading): Promise<void> {
  const { store } = reading
  const know = knowledgeOf(reading)
  const { wait } = reading.screen() as QuestionScreen
  const { workflowId, step, name } = wait
  await readEvery(reading, 2000, async () => {
    const open = (await store.waits([workflowId])).filter((one) => one.step === step)
    const [known] = await know(open.map((one) => ({ ...one, name })))
    if (!known && (await store.states([workflowId])).length === 0) return reading.send({ kind: 'gone' })
    const [left] = await findLeftBehind(store, [workflowId])
    const goneExecutor = left?.executorId ?? null
    const events = await store.events(workflowId)
    reading.send({
      kind: 'question',
      wait: known,
      events,
      steps: await store.steps(workflowId),
      goneExecutor,
    })
  })
}

async function readWorkers({ store, context, send }: Reading): Promise<void> {
  const executors = await store.executors()
  const workers = await listWorkers(store, executors, context.now())
  send({ kind: 'workers', workers, isBlind: executors === undefined })
}

async function readDoctor({ store, context, settings, send }: Reading): Promise<void> {
  const { workflows, audit } = settings
  const { now } = context
  const checkup = await examineStore(store, { now, workflows, isRecorded: audit.value !== 'off' })
  send({ kind: 'doctor', lines: toFindingLines(examine(checkup), checkup.server.now, store.database) })
}

async function readExplanation({ store, settings, screen, send }: Reading): Promise<void> {
  const { workflowId } = screen() as WorkflowScreen
  const explanations = await explain(store, workflowId, settings)
  send(explanations ? { kind: 'explain', explanations } : { kind: 'gone' })
}

async function readStream({ store, screen, signal, send }: Reading): Promise<void> {
  const { stream } = screen() as ValueScreen
  if (!stream) return
  const { workflowId, key } = stream
  const from = await store.offsetOfLast(workflowId, key, lastValues)
  const onDeleted = () => send({ kind: 'gone' })
  try {
    const changes = store.follow([workflowId], {
      signal,
      types: ['stream'],
      streamKeys: [key],
      streamStarts: new Map([[key, from]]),
      cursors: false,
      onDeleted,
    })
    for await (const change of changes)
      if (change.type === 'stream') send({ kind: 'stream', value: change.value })
  } catch (error) {
    if (!isNotFound(error)) throw error
    onDeleted()
  }
}
