import { isDeepStrictEqual } from 'node:util'
import type { Decision } from '../../src/core/decide/decision.ts'
import type { NamedWait } from '../../src/core/decide/inbox-query.ts'
import { waitKey } from '../../src/core/decide/wait-id.ts'
import type { SendRequest } from '../../src/core/run/start.ts'
import type { Store } from '../../src/core/store.ts'
import { isEnded } from '../../src/core/workflow.ts'
import { isNamed } from './fake-management.ts'
import type { createFakeRecord } from './fake-record.ts'
import { deliver, waitsOf } from './fake-workflow.ts'
import type { FakeWorld } from './fake-world.ts'

interface Answered {
  readonly record: ReturnType<typeof createFakeRecord>
  readonly sent: SendRequest[]
  readonly decided: Decision[]
}

type Answers = Pick<
  Store,
  | 'send'
  | 'decide'
  | 'waits'
  | 'waitAt'
  | 'lastDecided'
  | 'decisions'
  | 'verifyRecord'
  | 'createRecord'
  | 'inbox'
  | 'watchInbox'
  | 'learnAnswers'
>

/** Messages, waits and decisions. */
export function createFakeAnswers(world: FakeWorld, { record, sent, decided }: Answered) {
  const { entries, entryOf, change, readClock, allRows, untilSomethingHappens } = world
  const store: Answers = {
    send: async (request) => {
      const { rows } = entryOf(request.workflowId)
      const key = request.idempotencyKey && `${request.idempotencyKey}::${request.workflowId}`
      const earlier = rows.messages.find((message) => message.messageId === key)
      if (earlier) {
        const isSame = earlier.topic === request.topic && isDeepStrictEqual(earlier.message, request.message)
        return isSame ? 'duplicate' : 'used-otherwise'
      }
      if (request.onlyActive && isEnded(rows.workflow.status)) return 'ended'
      sent.push(request)
      change(request.workflowId, () => {
        deliver(rows, request.topic, request.message, readClock(), request.idempotencyKey)
      })
      return 'sent'
    },
    decide: async (decision) => {
      decided.push(decision)
      return record.decide(entryOf(decision.wait.workflowId).rows, decision)
    },
    waits: async (workflowIds) =>
      workflowIds.flatMap((id) => {
        const entry = entries.get(id)
        return entry ? waitsOf(entry.rows, readClock()) : []
      }),
    waitAt: async (workflowId, step) => {
      const rows = entries.get(workflowId)?.rows
      return rows && waitsOf(rows, readClock(), step)[0]
    },
    lastDecided: async (workflowId, options) =>
      record.lastDecided(entries.get(workflowId)?.rows.messages ?? [], workflowId, options),
    decisions: async (query) => record.list(query),
    verifyRecord: async (range) => record.verify(allRows(), range),
    createRecord: async (setup) => record.create(setup),
    inbox: async ({ name, before, limit }) => {
      const waits = [...entries.values()]
        .filter(({ rows }) => rows.workflow.status !== 'DELAYED' && isNamed(rows.workflow, name))
        .flatMap(({ rows }): NamedWait[] =>
          waitsOf(rows, readClock()).map((wait) => ({ ...wait, name: rows.workflow.name })),
        )
        .filter(({ since }) => since <= (before ?? since))
        .sort((a, b) => a.since.getTime() - b.since.getTime() || (a.workflowId < b.workflowId ? -1 : 1))
      return { waits: waits.slice(0, limit), total: waits.length }
    },
    watchInbox: async function* (this: Pick<Store, 'inbox'>, query, { signal }) {
      let shown = ''
      while (!world.closed && !signal.aborted) {
        const inbox = await this.inbox(query)
        if (JSON.stringify(inbox) !== shown) {
          shown = JSON.stringify(inbox)
          yield inbox
        } else {
          await untilSomethingHappens(signal)
        }
      }
    },
    learnAnswers: async (waits) => {
      const wanted = new Set(waits.map(waitKey))
      const answers = [...entries.values()]
        .filter(({ rows }) => rows.workflow.completedAt !== null)
        .sort((a, b) => Number(b.rows.workflow.completedAt) - Number(a.rows.workflow.completedAt))
        .flatMap(({ rows }) =>
          rows.messages.flatMap(({ readByStep: step, topic, message }) =>
            step === null ? [] : [{ name: rows.workflow.name, step, topic, message }],
          ),
        )
        .filter((answer) => wanted.has(waitKey(answer)))
      return answers.filter(
        (answer, index) => answers.findIndex((other) => waitKey(other) === waitKey(answer)) === index,
      )
    },
  }
  return store
}
