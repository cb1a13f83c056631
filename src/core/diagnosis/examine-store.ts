import type { WorkflowProfiles } from '../decide/answer-profile.ts'
import type { Queue } from '../platform.ts'
import type { Store } from '../store.ts'
import { type Checkup, findStranded } from './checkup.ts'
import { explainEach } from './explain-workflow.ts'
import { findMisdirected } from './misdirected.ts'
import type { ServerHealth, Standing } from './server-health.ts'

interface ExamineOptions {
  now(): Date
  readonly workflows: Readonly<Record<string, WorkflowProfiles>>
  /** Whether it is to be recorded who decides. */
  readonly isRecorded: boolean
  /** With what else is known of their pauses; by default those of the store. */
  readonly readQueues?: () => Promise<readonly Queue[]>
}

/** Everything that `doctor` judges, looked up. Many statements: what moved in between is seen twice. */
export async function examineStore(
  store: Store,
  { now, workflows, isRecorded, readQueues = () => store.queues() }: ExamineOptions,
): Promise<Checkup> {
  // The connection is open by now: this measures the way, and not the handshake.
  const executors = await store.executors({ ask: true })
  const before = now().getTime()
  const clock = await store.clock()
  const after = now().getTime()
  const server = await store.health()
  const scan = await store.scanExecutors()
  return {
    server,
    roundTripMs: after - before,
    clockDifferenceMs: clock.getTime() - (before + after) / 2,
    executors,
    versions: await store.versions(),
    scan,
    standing: await findSituations(store, [...server.backlog, ...server.unbegun]),
    stranded: findStranded(scan, executors).map((executor) => ({ executor, workflowId: executor.oldestId })),
    misdirected: await findMisdirections(store, server.unknownTopics, workflows),
    queues: await readQueues(),
    record: !isRecorded ? 'off' : store.database.own ? 'by-itself' : 'needed',
  }
}

async function findSituations(store: Store, standing: readonly Standing[]): Promise<Checkup['standing']> {
  const ids = [...new Set(standing.map(({ oldestId }) => oldestId))]
  const situations = await store.situations(ids, { payloads: false })
  const byId = new Map(situations.map((situation) => [situation.workflow.workflowId, situation]))
  return standing.flatMap((of) => {
    const situation = byId.get(of.oldestId)
    return situation ? [{ of, situation }] : []
  })
}

async function findMisdirections(
  store: Store,
  candidates: ServerHealth['unknownTopics'],
  workflows: ExamineOptions['workflows'],
): Promise<Checkup['misdirected']> {
  const ids = candidates.map(({ workflowId }) => workflowId)
  const explanations = await explainEach(store, ids, { workflows })
  const byId = new Map(explanations.map((one) => [one.situation.workflow.workflowId, one.diagnosis]))
  return candidates.flatMap((candidate) => {
    const diagnosis = byId.get(candidate.workflowId)
    return (diagnosis && findMisdirected(diagnosis, candidate)) ?? []
  })
}
