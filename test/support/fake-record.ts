import type { Decision, DecisionOutcome } from '../../src/core/decide/decision.ts'
import { deciderOf } from '../../src/core/decide/decision.ts'
import type {
  LastDecided,
  RecordedDecision,
  RecordQuery,
  RecordSetup,
} from '../../src/core/decide/decision-record.ts'
import { judgeDecision, type StoredDecision } from '../../src/core/decide/judge-decision.ts'
import {
  type Discrepancy,
  decidedStepOf,
  findProblem,
  hashOfMessage,
  type RecordVerification,
} from '../../src/core/decide/verify-record.ts'
import { CliError } from '../../src/core/errors.ts'
import { toList } from '../../src/core/words/any-of.ts'
import { deliver, type FakeRows, waitsOf } from './fake-workflow.ts'

interface FakeRecordParts {
  change(workflowId: string, act: (rows: FakeRows) => void): void
  readClock(): Date
  readonly isThere: boolean
}

/** A record of decisions in memory, the newest first. */
export function createFakeRecord({ change, readClock, isThere }: FakeRecordParts) {
  const recorded: RecordedDecision[] = []
  const stored: (StoredDecision & { readonly workflowId: string })[] = []
  const record = {
    isThere,
    decide: (rows: FakeRows, decision: Decision): DecisionOutcome => {
      const { wait, topic, message, verdict, actor, isRecorded = true } = decision
      const { workflowId, step } = wait
      if (isRecorded && !record.isThere) throw noRecord()
      if (waitsOf(rows, readClock(), step).length === 0) throw noWait(decision)
      const { key, refusal } = judgeDecision(factsOf(rows, decision), decision)
      const at = readClock()
      const outcome = refusal ?? { outcome: 'stored' as const, at }
      if (isRecorded) addLine(rows, decision, outcome.outcome)
      if (refusal) return refusal
      if (isRecorded) stored.push({ workflowId, key, step, verdict, by: actor.name, at })
      change(workflowId, () => void deliver(rows, topic, message, at, key))
      return outcome
    },
    lastDecided: (
      messages: FakeRows['messages'],
      workflowId: string,
      { isRecorded }: { readonly isRecorded: boolean },
    ): LastDecided | undefined => {
      if (isRecorded) return stored.findLast((one) => one.workflowId === workflowId)
      const last = messages.findLast(({ messageId }) => decidedStepOf(messageId, workflowId) !== null)
      const step = last && decidedStepOf(last.messageId, workflowId)
      return last && step !== null && step !== undefined ? { step, by: deciderOf(last.message) } : undefined
    },
    list: ({ workflowId, step, actor, from, to, limit }: RecordQuery): RecordedDecision[] => {
      if (!record.isThere) throw noRecord()
      return recorded
        .filter((one) => (workflowId ?? one.workflowId) === one.workflowId && (step ?? one.step) === one.step)
        .filter((one) => toList(actor)?.includes(one.by) ?? true)
        .filter(({ at }) => (from ?? at) <= at && (to ?? at) >= at)
        .slice(0, limit)
    },
    verify: (all: readonly FakeRows[], { from }: { readonly from?: Date }): RecordVerification => {
      if (!record.isThere) throw noRecord()
      const lines = recorded.filter(({ outcome, at }) => outcome === 'stored' && at >= (from ?? at)).reverse()
      const since = from ?? lines[0]?.at ?? null
      const compared = lines.flatMap((line) => compare(line, all) ?? [])
      const unrecorded = since ? all.flatMap((rows) => unrecordedOf(rows, since)) : []
      return { checked: lines.length, since, discrepancies: [...compared, ...unrecorded], doubts: [] }
    },
    create: ({ decider, run }: RecordSetup): string => {
      record.isThere ||= run
      return `create schema drover;${decider === undefined ? '' : `\ngrant to "${decider}";`}`
    },
  }

  function factsOf(rows: FakeRows, { wait, isRecorded = true }: Decision) {
    const answer = rows.steps.find((step) => step.step === wait.step)
    const timer = rows.steps.find((step) => step.step === wait.step + 1 && step.name === 'DBOS.sleep')
    return {
      now: readClock(),
      status: rows.workflow.status,
      messages: rows.messages,
      recorded: isRecorded ? stored.filter((one) => one.workflowId === wait.workflowId) : undefined,
      taken: answer && { message: answer.output, at: answer.completedAt ?? wait.since },
      until: timer ? new Date(Number(timer.output)) : wait.until,
    }
  }

  /** The same refusal of the same person again is no other line. */
  function addLine(
    { workflow }: FakeRows,
    { wait, topic, verdict, message, actor, comment, force = false }: Decision,
    outcome: DecisionOutcome['outcome'],
  ): void {
    const line = {
      id: recorded.length + 1,
      workflowId: wait.workflowId,
      name: workflow.name,
      step: wait.step,
      topic,
      decision: verdict,
      by: actor.name,
      bySource: actor.source,
      comment,
      outcome,
      forced: force,
      at: readClock(),
      sessionUser: 'postgres',
      clientAddress: null,
      payloadSha256: hashOfMessage(message),
    }
    const isKnown = recorded.some(
      (one) =>
        outcome !== 'stored' &&
        one.workflowId === line.workflowId &&
        one.step === line.step &&
        one.outcome === outcome &&
        one.decision === verdict &&
        one.forced === force &&
        one.by === actor.name,
    )
    if (!isKnown) recorded.unshift(line)
  }

  function compare(line: RecordedDecision, all: readonly FakeRows[]): Discrepancy | undefined {
    const { workflowId, step, topic, decision, by, at } = line
    const rows = all.find(({ workflow }) => workflow.workflowId === workflowId)
    const key = stored.findLast((one) => one.workflowId === workflowId && one.step === step)?.key
    const message = rows?.messages.find(({ messageId }) => messageId === `${key}::${workflowId}`)?.message
    const isRead = rows?.steps.some((one) => one.step === step && one.output !== null) ?? false
    const problem = findProblem(line.payloadSha256, message, { isRead })
    return problem && { workflowId, step, topic, problem, decision, by, at }
  }

  function unrecordedOf(
    { workflow: { workflowId }, messages, events }: FakeRows,
    since: Date,
  ): Discrepancy[] {
    return messages.flatMap(({ messageId, sentAt, topic, readByStep }): Discrepancy[] => {
      const isOnRecord = stored.some(({ key }) => messageId === `${key}::${workflowId}`)
      const wasAsked = events.some(({ key, step }) => key.startsWith('awaiting:') && step + 1 === readByStep)
      const step = decidedStepOf(messageId, workflowId) ?? (wasAsked ? readByStep : null)
      if (isOnRecord || sentAt < since || step === null) return []
      return [{ workflowId, step, topic, problem: 'unrecorded', decision: null, by: null, at: sentAt }]
    })
  }
  return record
}

function noRecord(): CliError {
  return new CliError('no-record', 'No record in fake database.', { hint: 'drover audit init' })
}

function noWait({ wait }: Decision): CliError {
  return new CliError('wait-not-found', `${wait.workflowId} does not wait at step ${wait.step} any more.`, {
    hint: 'drover inbox',
  })
}
