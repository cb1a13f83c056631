import { describeQuestion } from '../../core/decide/question-words.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { Store } from '../../core/store.ts'
import type { StreamValue } from '../../core/workflow.ts'
import { elapsedOf } from '../../render/time-text.ts'
import { readProgress } from '../../render/watch/progress.ts'
import { noWorkflow } from '../v1/require-workflow.ts'
import { type Markup, markup } from './markup.ts'
import { facts, moment, showError, showStatus, showValue, waitPath } from './page-parts.ts'

const stepsShown = 20
const valuesShown = 10

/** One workflow as it is now. Throws `workflow-not-found`. */
export async function workflowPage(store: Store, workflowId: string, now: Date): Promise<Markup> {
  const workflow = await store.get(workflowId)
  if (!workflow) throw noWorkflow(workflowId)
  const [events, last, waits, keys, stepCount] = await Promise.all([
    store.events(workflowId),
    store.steps(workflowId, { last: stepsShown }),
    store.waits([workflowId]),
    store.streamKeys(workflowId),
    store.countSteps(workflowId),
  ])
  const tails = await Promise.all(keys.map(({ key }) => readTail(store, workflowId, key)))
  const progress = events.map(({ key, value }) => readProgress(key, value)).find((one) => one !== undefined)
  return markup`<h1>${workflow.name} <span class="faint">${workflowId}</span></h1>
${progress !== undefined && markup`<progress max="1" value="${progress}" aria-label="Progress">${Math.round(progress * 100)} %</progress>`}
${waits.map((wait) => markup`<p class="notice warn" data-news><a href="${waitPath(waitId(wait))}">${describeQuestion(wait)}</a> <span class="faint">${wait.state}</span></p>`)}
${facts('Workflow', [
  ['status', showStatus(workflow.status)],
  ['started', moment(workflow.createdAt, now)],
  ['took', elapsedOf(workflow, now)],
  ['arguments', workflow.input === null ? undefined : showValue(workflow.input)],
  ['result', workflow.status === 'SUCCESS' ? showValue(workflow.output) : undefined],
  ['error', showError(workflow.error)],
  ['queue', workflow.queue ?? undefined],
  ['executor', workflow.executorId ?? undefined],
])}
${
  events.length > 0 &&
  markup`<h2>Events</h2>${facts(
    'Events',
    events.map(({ key, value }) => [key, showValue(value)] as const),
  )}`
}
${
  last.length > 0 &&
  markup`<h2>Steps <span class="faint">${stepCount > last.length ? `the last ${last.length} of ${stepCount}` : stepCount}</span></h2>
${facts(
  'Steps',
  last.map(
    ({ step, name, error, output }) => [`${step} ${name}`, showError(error) ?? showValue(output)] as const,
  ),
)}`
}
${keys.map(
  (
    { key, closed },
    index,
  ) => markup`<h2>Stream ${key} <span class="faint">${closed ? 'closed' : 'open'}</span></h2>
${facts(
  `Stream ${key}`,
  (tails[index] ?? []).map(({ offset, value }) => [String(offset), showValue(value)] as const),
)}`,
)}`
}

async function readTail(store: Store, workflowId: string, key: string): Promise<readonly StreamValue[]> {
  const from = await store.offsetOfLast(workflowId, key, valuesShown)
  const values: StreamValue[] = []
  for await (const batch of store.streamValues(workflowId, key, { from })) values.push(...batch)
  return values.slice(-valuesShown)
}
