import { CliError } from '../../src/core/errors.ts'
import type { ActionName, ActionQuery, RecordedAction } from '../../src/core/record/recorded-action.ts'
import type { Signature } from '../../src/core/record/signature.ts'
import type { Store } from '../../src/core/store.ts'
import { toList } from '../../src/core/words/any-of.ts'
import type { JsonValue } from '../../src/core/workflow.ts'

interface FakeActionParts {
  readonly isThere: () => boolean
  readClock(): Date
}

/** The record of actions in memory, the newest first, and the stores that write to it. */
export function createFakeActions({ isThere, readClock }: FakeActionParts) {
  const lines: RecordedAction[] = []

  /** Where there is a record. */
  const read = (query: ActionQuery): RecordedAction[] => {
    if (isThere()) return list(query)
    throw new CliError('no-record', 'No record in fake database.', {
      hint: 'drover audit init',
    })
  }

  const list = ({ workflowId, subject, actor, from, to, limit }: ActionQuery): RecordedAction[] =>
    lines
      .filter((one) => workflowId === undefined || one.workflowId === workflowId)
      .filter((one) => subject === undefined || one.subject === subject)
      .filter((one) => toList(actor)?.includes(one.by) ?? true)
      .filter(({ at }) => (from ?? at) <= at && (to ?? at) >= at)
      .slice(0, limit)

  /** The same store, with lines for what it changes. */
  const sign = (store: Store, signature: Signature): Store => {
    const { actor, comment, recording } = signature
    /** Whether it is recorded; before anything is done. */
    const begin = (): boolean => {
      if (recording === 'off') return false
      if (isThere()) return true
      if (recording === 'required') {
        throw new CliError('no-record', 'What is done cannot be recorded.', { hint: 'drover audit init' })
      }
      signature.onUnrecorded({ reason: 'no-record' })
      return false
    }
    const add = (action: ActionName, line: Partial<RecordedAction>): void => {
      lines.unshift({
        id: lines.length + 1,
        action,
        ...{ workflowId: null, subject: null, outcome: 'done', intentId: null, before: null, after: null },
        ...{ by: actor.name, bySource: actor.source, comment, at: readClock() },
        ...{ sessionUser: 'postgres', clientAddress: null },
        ...line,
      })
    }
    const onSubject = (action: ActionName, subject: string, isDone: boolean, isRecorded: boolean): void => {
      if (isDone && isRecorded) add(action, { subject })
    }
    const recover = (ids: readonly string[], isRecorded: boolean): readonly string[] => {
      if (isRecorded) for (const workflowId of ids) add('recover', { workflowId })
      return ids
    }
    return {
      ...store,
      manage: async (verb, targets) => {
        const isRecorded = begin()
        const results = await store.manage(verb, targets)
        for (const result of isRecorded ? results : []) {
          if (result.outcome !== 'changed') continue
          const target = targets.find(({ workflowId }) => workflowId === result.workflowId)
          const before = { status: target?.status ?? '' }
          const after: JsonValue = result.status === null ? null : { status: result.status }
          add(verb, { workflowId: result.workflowId, before, after })
        }
        return results
      },
      send: async (request) => {
        const { workflowId, topic } = request
        const asked = (await store.waits([workflowId])).some((wait) => wait.asked && wait.topic === topic)
        const outcome = await store.send(request)
        if (outcome !== 'sent' || !asked || recording === 'off') return outcome
        if (isThere()) add('send', { workflowId, outcome: 'sent', after: { topic } })
        else signature.onUnrecorded({ reason: 'no-record' })
        return outcome
      },
      handOver: async (request) => {
        const isRecorded = begin()
        return recover(await store.handOver(request), isRecorded)
      },
      moveToVersion: async (request) => {
        const isRecorded = begin()
        return recover(await store.moveToVersion(request), isRecorded)
      },
      createQueue: async (name, application, settings) => {
        const isRecorded = begin()
        const result = await store.createQueue(name, application, settings)
        onSubject('queues create', name, result === 'changed', isRecorded)
        return result
      },
      setQueue: async (name, settings) => {
        const isRecorded = begin()
        const result = await store.setQueue(name, settings)
        onSubject('queues set', name, result === 'changed', isRecorded)
        return result
      },
      deleteQueue: async (name) => {
        const isRecorded = begin()
        const result = await store.deleteQueue(name)
        onSubject('queues delete', name, result === 'changed', isRecorded)
        return result
      },
      pauseQueue: async (name) => {
        const isRecorded = begin()
        const result = await store.pauseQueue(name)
        onSubject('queues pause', name, result.outcome === 'paused', isRecorded)
        return result
      },
      resumeQueue: async (name, limit) => {
        const isRecorded = begin()
        const result = await store.resumeQueue(name, limit)
        onSubject('queues resume', name, result === 'resumed', isRecorded)
        return result
      },
      setSchedule: async (name, status) => {
        const isRecorded = begin()
        const result = await store.setSchedule(name, status)
        const action = status === 'PAUSED' ? 'schedules pause' : 'schedules resume'
        onSubject(action, name, result === 'changed', isRecorded)
        return result
      },
      triggerSchedule: async (name) => {
        const isRecorded = begin()
        const workflowId = await store.triggerSchedule(name)
        onSubject('schedules trigger', name, workflowId !== undefined, isRecorded)
        return workflowId
      },
      createSchedule: async (name, schedule) => {
        const isRecorded = begin()
        const result = await store.createSchedule(name, schedule)
        onSubject('schedules create', name, result === 'changed', isRecorded)
        return result
      },
      updateSchedule: async (name, changes) => {
        const isRecorded = begin()
        const result = await store.updateSchedule(name, changes)
        onSubject('schedules update', name, result === 'changed', isRecorded)
        return result
      },
      deleteSchedule: async (name) => {
        const isRecorded = begin()
        const result = await store.deleteSchedule(name)
        onSubject('schedules delete', name, result === 'changed', isRecorded)
        return result
      },
      backfillSchedule: async (name, range) => {
        const isRecorded = begin()
        const started = await store.backfillSchedule(name, range)
        onSubject('schedules backfill', name, started !== undefined, isRecorded)
        return started
      },
      promoteVersion: async (version) => {
        const isRecorded = begin()
        const result = await store.promoteVersion(version)
        onSubject('versions promote', version, result === 'changed', isRecorded)
        return result
      },
      renameApplication: async (request) => {
        const isRecorded = begin()
        const result = await store.renameApplication(request)
        onSubject('versions rename-application', request.from, true, isRecorded)
        return result
      },
      deleteEnded: async (batch) => {
        const isRecorded = begin()
        const result = await store.deleteEnded(batch)
        if (isRecorded && result.deleted > 0) add('retain', { after: { deleted: result.deleted } })
        return result
      },
      importWorkflows: async (request) => {
        const isRecorded = begin()
        const report = await store.importWorkflows(request)
        const { imported } = report.workflows
        if (isRecorded && imported > 0) add('import', { after: { workflows: imported } })
        return report
      },
      exportWorkflows: (request) => {
        const exported = store.exportWorkflows(request)
        return begin() ? withLine(exported, () => add('export', {})) : exported
      },
    }
  }

  return { read, sign }
}

async function* withLine(text: AsyncIterable<Buffer>, add: () => void): AsyncGenerator<Buffer> {
  yield* text
  add()
}
