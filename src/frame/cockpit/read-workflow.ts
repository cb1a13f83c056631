import type { Data, SectionName, WorkflowScreen } from '../../cockpit/cockpit-model.ts'
import { goesOn } from '../../cockpit/screens/workflow-screen.ts'
import type { Change } from '../../core/change.ts'
import { createWaitKnowledge } from '../../core/decide/known-waits.ts'
import { explain } from '../../core/diagnosis/explain-workflow.ts'
import type { Store } from '../../core/store.ts'
import { isNotFound, type Reading, readEvery } from './reading.ts'

const sectionMs = 2000
const explainMs = 3000
/** For what was deleted. */
const lookAgainMs = 3000
/** Of the children so many are listed, the newest. */
const mostChildren = 1000

/** The live picture all the time, and the section that is in view. */
export async function readWorkflow(reading: Reading): Promise<void> {
  const over = new AbortController()
  const own = { ...reading, signal: AbortSignal.any([reading.signal, over.signal]) }
  try {
    await Promise.all([followPicture(own), readSections(own), explainPicture(own)])
  } finally {
    // Where one of them failed, all of it is read anew.
    over.abort()
  }
}

/** To its end. What is deleted may come back: it is imported, or started anew under its id. */
async function followPicture(reading: Reading): Promise<void> {
  while (!reading.signal.aborted) {
    if (!(await followUntilDeleted(reading))) return
    await reading.rest(lookAgainMs)
  }
}

/** Whether it was deleted. */
async function followUntilDeleted({ store, settings, signal, screen, send }: Reading): Promise<boolean> {
  const { workflowId } = screen() as WorkflowScreen
  const deleted = new AbortController()
  const onDeleted = (id: string) => {
    if (id !== workflowId) return
    send({ kind: 'gone' })
    // Its children go on, and nobody looks at them here.
    deleted.abort()
  }
  const know = createWaitKnowledge(store, settings.workflows)
  const names = new Map<string, string>()
  const onNotice = (text: string) => send({ kind: 'watch', message: { type: 'notice', text } })
  try {
    const changes = store.follow([workflowId], {
      signal: AbortSignal.any([signal, deleted.signal]),
      children: true,
      cursors: false,
      onNotice,
      onDeleted,
    })
    for await (const change of changes) {
      if (change.type === 'status') names.set(change.workflowId, change.workflow.name)
      send({ kind: 'watch', message: { type: 'change', change: await withTopics(change) } })
    }
  } catch (error) {
    if (!isNotFound(error)) throw error
    onDeleted(workflowId)
  }
  return deleted.signal.aborted

  async function withTopics(change: Change): Promise<Change> {
    if (change.type !== 'waits' || change.waits.every(({ asked }) => asked)) return change
    const name = names.get(change.workflowId) ?? ''
    const waits = await know(change.waits.map((wait) => ({ ...wait, name })))
    return { ...change, waits: waits.map(({ name: _, ...wait }) => wait) }
  }
}

/** Beside the picture, as long as it goes on. */
async function explainPicture(reading: Reading): Promise<void> {
  const { store, settings, send } = reading
  const screen = () => reading.screen() as WorkflowScreen
  await readEvery(reading, explainMs, async () => {
    if (screen().section !== 'picture' || screen().isGone || !goesOn(screen())) return
    const explanations = await explain(store, screen().workflowId, settings)
    send(explanations ? { kind: 'explain', explanations } : { kind: 'gone' })
  })
}

async function readSections(reading: Reading): Promise<void> {
  const screen = () => reading.screen() as WorkflowScreen
  await readEvery(reading, sectionMs, async () => {
    const { section, workflowId, read, isGone } = screen()
    if (section === 'picture' || isGone || (read.has(section) && !goesOn(screen()))) return
    const data = await sectionReaders[section](reading.store, workflowId)
    // Of what is deleted there is nothing; that is no empty list.
    const [state] = await reading.store.states([workflowId])
    reading.send(state ? data : { kind: 'gone' })
  })
}

const sectionReaders: {
  readonly [Name in Exclude<SectionName, 'picture'>]: (store: Store, id: string) => Promise<Data>
} = {
  steps: async (store, id) => ({ kind: 'steps', steps: await store.steps(id) }),
  events: async (store, id) => ({ kind: 'events', events: await store.events(id) }),
  streams: async (store, id) => ({ kind: 'streams', streams: await store.streams(id) }),
  messages: async (store, id) => ({ kind: 'messages', messages: await store.messages(id) }),
  children: async (store, parentId) => {
    const pages = [{ parentId, limit: mostChildren }]
    const { rows } = await store.board({ pages, isAsked: () => true })
    return { kind: 'children', children: rows }
  },
}
