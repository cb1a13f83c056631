import { initialPager, pagerView } from '../../src/cockpit/question-pager.ts'
import type { Change } from '../../src/core/change.ts'
import { toListed } from '../../src/core/diagnosis/workflow-facts.ts'
import type { JsonValue, WorkflowStatus } from '../../src/core/workflow.ts'
import { failureColumns, listColumns } from '../../src/render/columns/list-columns.ts'
import type { Viewport } from '../../src/render/gutter.ts'
import { initialPicker, pickerView } from '../../src/render/inbox/picker-view.ts'
import { questionView } from '../../src/render/inbox/question-view.ts'
import { renderTable } from '../../src/render/table.ts'
import { renderTimeline } from '../../src/render/timeline/timeline.ts'
import { initialWatchModel, update, view } from '../../src/render/watch/watch-view.ts'
import { renderDetails } from '../../src/render/workflow-details.ts'
import { createFakeStore, type FakeStore } from './fake-store.ts'
import { fakeEpoch } from './fake-workflow.ts'
import { createRecording, recordRun, runId, stepOf, workflowOf } from './recorded-run.ts'

/** What stands in the texts of a screen: those of everyday, or others. */
export interface Texts {
  readonly id: (name: string) => string
  readonly text: (usual: string) => string
}

const at = (minutesAgo: number) => new Date(fakeEpoch.getTime() - minutesAgo * 60_000)
export const screenNow = fakeEpoch

/** One of each kind that `list` tells apart. */
function shop({ id, text }: Texts): FakeStore {
  const sizes: readonly WorkflowStatus[] = ['SUCCESS', 'SUCCESS', 'ERROR', 'SUCCESS']
  return createFakeStore(
    [
      {
        ...{ workflowId: id('resize-2'), name: text('resizeAll'), executorId: 'web-1' },
        ...{ status: 'SUCCESS', createdAt: at(10), completedAt: at(9) },
      },
      ...sizes.map((status, number) => ({
        ...{ workflowId: id(`resize-2-${number}`), name: 'resizeOne', parentId: id('resize-2'), status },
        ...{ createdAt: at(10), error: { name: 'Error', message: text(`image ${number} is corrupt`) } },
      })),
      {
        ...{ workflowId: id('refund-2'), name: text('refund'), executorId: 'web-1', createdAt: at(8) },
        did: [
          { step: text('loadCustomer'), output: { orders: 14, note: text('chargeback') } },
          {
            event: 'awaiting:refund',
            value: {
              prompt: text('Refund 74 € to customer-2@example.com?'),
              amount: 74,
              reason: text('Parcel arrived damaged, three photos attached; the full amount is asked for.'),
            },
          },
          { recv: 'refund', timeoutSeconds: 86_400 },
        ],
      },
      {
        ...{ workflowId: id('order-4712'), name: text('checkout'), executorId: 'web-1', createdAt: at(9) },
        did: [
          { event: 'awaiting:payment', value: {} },
          { recv: 'payment', timeoutSeconds: 900 },
        ],
      },
      {
        ...{ workflowId: id('ord-1'), name: text('checkout'), executorId: 'web-2', createdAt: at(2) },
        did: [{ step: text('reserve') }],
      },
      { workflowId: id('slow-1'), name: text('stuckStep'), executorId: 'web-1', createdAt: at(14) },
      {
        ...{ workflowId: id('oldver-1'), name: text('checkout'), status: 'ENQUEUED', queue: 'jobs' },
        ...{ createdAt: at(4), version: text('1.3.0') },
      },
      {
        ...{ workflowId: id('label-3'), name: text('flaky'), status: 'ERROR', executorId: 'web-1' },
        ...{ createdAt: at(7), completedAt: at(6) },
        error: {
          name: 'DBOSMaxStepRetriesError',
          message: `Step call has exceeded its maximum of 6 retries. Previous errors: Error 1: x. Error 2: ${text('ECONNRESET from https://api.carrier.example/label')}`,
        },
      },
    ],
    {
      queues: ['jobs'],
      now: () => screenNow,
      executors: [{ executorId: 'web-1', application: 'example', version: 'v1', since: at(60) }],
    },
  )
}

function fanOut({ text }: Texts): readonly Change[] {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf({ name: text('resizeAll') }) })
  for (let child = 0; child < 40; child += 1) {
    const childId = `${runId}-${child}`
    const status = child >= 30 ? 'ENQUEUED' : child >= 24 ? 'PENDING' : child % 11 === 7 ? 'ERROR' : 'SUCCESS'
    const hasEnded = status === 'ERROR' || status === 'SUCCESS'
    const error = status === 'ERROR' ? { name: 'Error', message: text(`image ${child} is corrupt`) } : null
    record({ type: 'child', childId, name: 'resizeOne' })
    const times = { createdAt: at(1), completedAt: hasEnded ? at(0.5) : null }
    record(
      { type: 'status', workflow: workflowOf({ workflowId: childId, status, error, ...times }) },
      childId,
    )
  }
  return changes
}

function agent({ text }: Texts): readonly Change[] {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf({ name: text('agent') }) })
  const words = text('Work between the steps must be deterministic.').split(/(?= )/)
  for (const [offset, value] of [...words, ...words, ...words].entries())
    record({ type: 'stream', key: 'tokens', offset, value })
  return changes
}

export type DrawScreen = (frame: Viewport, height: number) => readonly string[]

/** Every screen of a person who watches, by name. */
export async function createScreens(texts: Texts): Promise<Readonly<Record<string, DrawScreen>>> {
  const store = shop(texts)
  const { roots } = await store.roots({ limit: 20 })
  const rows = toListed(roots, await store.facts(roots))
  const inbox = await store.inbox({ limit: 50 })
  const waits = inbox.waits.map((wait) => ({
    ...wait,
    source: wait.asked ? ('asked' as const) : ('inferred' as const),
  }))
  const refund = texts.id('refund-2')
  const workflow = await store.get(refund)
  const details = workflow && {
    ...{ workflow, isLeftBehind: true, children: [], streams: await store.streams(refund) },
    ...{
      steps: await store.steps(refund),
      events: await store.events(refund),
      waits: await store.waits([refund]),
    },
  }
  const watched = (changes: readonly Change[], strandedIds: readonly string[] = []): DrawScreen => {
    const seen = changes.reduce(
      (known, change) => update(known, { type: 'change', change }),
      initialWatchModel([runId]),
    )
    const model = update(seen, { type: 'stranded', workflowIds: strandedIds })
    return (frame, height) => view(model, { ...frame, height })
  }
  const value: JsonValue = { note: texts.text('a value') }
  const run = recordRun({ text: texts.text('fibonacci'), value })
  const steps = [...Array(12).keys()].map((number) => stepOf(number, texts.text('fibonacci')))
  const failed = stepOf(12, texts.text('charge'), { name: 'Error', message: texts.text('declined') })
  const wait = waits.find(({ workflowId }) => workflowId === refund)
  const told = { events: await store.events(refund), steps: await store.steps(refund) }
  return {
    list: (frame) => renderTable(listColumns, rows, frame),
    'list of errors': (frame) =>
      renderTable(
        failureColumns,
        [
          {
            count: 8,
            value: texts.text('image N is corrupt'),
            name: texts.text('resizeOne'),
            example: texts.id('resize-2-2'),
          },
        ],
        frame,
      ),
    'watch, a fan-out': watched(fanOut(texts)),
    'watch, an agent': watched(agent(texts)),
    'watch, all there is': watched(run.slice(0, -2)),
    'watch, at the end': watched(run),
    'watch, its executor gone': watched(agent(texts), [runId]),
    timeline: (frame) => renderTimeline([...steps, failed], frame),
    get: (frame) => (details ? renderDetails(details, frame) : []),
    inbox: (frame, height) => pickerView(initialPicker(waits), texts.text('shop'), frame, height),
    question: (frame, height) =>
      wait ? pagerView(initialPager, { wait, ...told }, { number: 3, count: 12 }, frame, height) : [],
    'several questions': (frame) => (wait ? questionView(wait, [], frame) : []),
  }
}
