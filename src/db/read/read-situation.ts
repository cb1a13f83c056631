import { dbosStep } from '../../core/dbos-names.ts'
import type { Situation } from '../../core/diagnosis/situation.ts'
import type { WorkflowOrigin } from '../../core/run/start.ts'
import type { Step, Wait, Workflow, WorkflowSummary } from '../../core/workflow.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { pick } from '../tables/define-table.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs, stepColumns, toStep } from '../tables/operation-outputs.ts'
import { toDate, toFilledText, toText, toTopic } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import {
  originWords,
  summaryColumns,
  toOrigin,
  toSummary,
  workflowStatus,
} from '../tables/workflow-status.ts'
import { selectNewestOfName } from './newest-of-name.ts'
import { readMessages } from './read-messages.ts'
import { readOutlook } from './read-outlook.ts'
import { countSteps } from './read-steps.ts'
import { readWaits } from './read-waits.ts'
import { getWorkflow, listNames } from './read-workflows.ts'

/** Enough to name some. */
const shownAhead = 5
const shownChildren = 5
/** How far back to look for what was taken from a queue. */
const recentStarts = 5000
/** How far back to look for steps that failed. */
const recentSteps = 200
/** Of more the number of the last one is near enough. */
const countedSteps = 10_000
const shownNames = 100
/** Of one name: enough to know how it runs. */
const recentOfName = 30

/** Everything that tells why a workflow is where it is; undefined without one. */
export async function readSituation(
  database: OpenDatabase,
  workflowId: string,
): Promise<Situation | undefined> {
  const { session, schema } = database
  const w = workflowStatus.in(schema, 'w')
  const workflow = await getWorkflow(database, workflowId)
  const [row] = await session.query(
    `select ${pick(w, ['delayUntil', 'deadline', 'partition', 'updatedAt'])}, clock_timestamp() as now
     from ${w} where ${w.id} = $1`,
    [workflowId],
  )
  if (!workflow || !row) return undefined
  const { queue, application, status } = workflow
  const partition = toFilledText(row.partition)
  const isQueued = status === 'ENQUEUED' || status === 'DELAYED'
  const progress = await readProgress(database, workflowId)
  // Once it has recorded a step, who has it knows it.
  const ask = isQueued || (status === 'PENDING' && progress.stepCount === 0)
  const executors = await database.executors({ ask })
  const outlook =
    isQueued && queue !== null
      ? await readOutlook(
          { ...database, executors: async () => executors },
          { queue, application, partition },
        )
      : null
  const waits = await readWaits(database, [workflowId])
  const messages = await readMessages(database, workflowId)
  const provenOrigins = await readProvenOrigins(database, workflow)
  const isProven = provenOrigins.some(({ className }) => className === workflow.className)
  return {
    workflow,
    now: row.now as Date,
    delayUntil: toDate(row.delayUntil),
    deadline: toDate(row.deadline),
    partition,
    updatedAt: toDate(row.updatedAt),
    outlook,
    executors,
    ...(isQueued
      ? await readAhead(database, workflowId, outlook?.queue.isPartitioned === true)
      : { ahead: [], aheadCount: 0, lastTakenAt: null }),
    ...progress,
    waits,
    unread: messages.filter(({ read }) => !read),
    activeChildren: await readActiveChildren(database, workflowId),
    provenOrigins,
    knownNames: isProven ? [] : await listNames(database, shownNames),
    learned: await readLearned(database, workflow, waits),
  }
}

/** In the order in which executors take from a queue, or from its partition. */
async function readAhead(
  { session, schema }: Database,
  workflowId: string,
  isPartitioned: boolean,
): Promise<Pick<Situation, 'ahead' | 'aheadCount' | 'lastTakenAt'>> {
  const p = workflowStatus.in(schema, 'p')
  const w = workflowStatus.in(schema, 'w')
  const [taken] = await session.query(
    `select p."startedAt" as at from ${w} join (
       select ${pick(p, ['id', 'queue', 'status', 'startedAt', 'version', 'application'])} from ${p}
       where ${p.startedAt} is not null order by ${p.startedAt} desc limit ${recentStarts}
     ) p on p.queue = ${w.queue} and p.status <> 'ENQUEUED' and p.id <> ${w.id}
      -- Before it was there nobody could have taken it.
      and p."startedAt" >= ${w.createdAt}
      and (${w.version} is null or p.version = ${w.version})
      and (${w.application} is null or p.application = ${w.application})
     where ${w.id} = $1 order by p."startedAt" desc limit 1`,
    [workflowId],
  )
  // Counted in the index alone.
  const isAhead = `${p.queue} = ${w.queue} and ${p.status} = 'ENQUEUED'
    ${isPartitioned ? `and ${p.partition} is not distinct from ${w.partition}` : ''}
    and (${p.priority}, ${p.createdAt}) < (${w.priority}, ${w.createdAt})`
  const [counts] = await session.query(
    `select count(*)::int as total from ${w} join ${p} on ${isAhead} where ${w.id} = $1`,
    [workflowId],
  )
  const rows = await session.query(
    `select next.id from ${w} cross join lateral (
       select ${pick(p, ['id', 'priority', 'createdAt'])} from ${p} where ${isAhead}
       order by ${p.priority}, ${p.createdAt} limit ${shownAhead}
     ) next
     where ${w.id} = $1 order by next.priority, next."createdAt"`,
    [workflowId],
  )
  return {
    ahead: rows.map(({ id }) => String(id)),
    aheadCount: Number(counts?.total ?? 0),
    lastTakenAt: toDate(taken?.at),
  }
}

async function readActiveChildren(
  { session, schema }: Database,
  workflowId: string,
): Promise<WorkflowSummary[]> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `select ${summaryColumns(schema, 'w')} from ${w}
     where ${w.parentId} = $1 and ${w.status} in ('PENDING', 'ENQUEUED', 'DELAYED')
     order by ${w.createdAt}, ${w.id} limit ${shownChildren}`,
    [workflowId],
  )
  return rows.map(toSummary)
}

async function readProgress(
  { session, schema }: Database,
  workflowId: string,
): Promise<Pick<Situation, 'stepCount' | 'lastStep' | 'failedStep' | 'failedStepCount'>> {
  const o = operationOutputs.in(schema, 'o')
  const newest = async (condition: string): Promise<Step | null> => {
    const [row] = await session.query(
      `select ${stepColumns(o)} from ${o} where ${o.workflowId} = $1 and ${condition}
       order by ${o.step} desc limit 1`,
      [workflowId],
    )
    return row ? toStep(row) : null
  }
  const lastStep = await newest('true')
  // Of a long history only what is near its end tells where it stands.
  const last = lastStep?.step ?? 0
  const isRecent = `${o.step} > ${last - recentSteps}`
  const [row] = await session.query(
    `select count(*)::int as failed from ${o} where ${o.workflowId} = $1 and ${isRecent} and ${o.error} is not null`,
    [workflowId],
  )
  return {
    stepCount: last < countedSteps ? await countSteps({ session, schema }, workflowId) : last + 1,
    lastStep,
    failedStep: await newest(`${isRecent} and ${o.error} is not null`),
    failedStepCount: Number(row?.failed ?? 0),
  }
}

/** How workflows of this name ran that ended by themselves or recorded a step: somebody knew the name. */
async function readProvenOrigins(
  database: Database,
  { name, workflowId }: Workflow,
): Promise<WorkflowOrigin[]> {
  const o = operationOutputs.in(database.schema, 'o')
  const recent = await selectNewestOfName(
    database,
    ['className', 'configName', 'queue', 'application', 'id', 'status'],
    recentOfName,
  )
  const rows = await database.session.query(
    `select ${originWords} from (${recent}) recent
     where id <> $2 and (status in ('SUCCESS', 'ERROR') or exists(
       select 1 from ${o} where ${o.workflowId} = recent.id))
     group by 1, 2, 3, 4 order by max("createdAt") desc`,
    [name, workflowId],
  )
  return rows.map(toOrigin)
}

/** What an earlier run of this name did at the step where this one waits and did not ask. */
async function readLearned(
  database: Database,
  { name, workflowId }: Workflow,
  waits: readonly Wait[],
): Promise<Situation['learned']> {
  const n = notifications.in(database.schema, 'n')
  const o = operationOutputs.in(database.schema, 'o')
  const wait = waits.find(({ asked }) => !asked)
  if (!wait) return null
  const recent = await selectNewestOfName(database, ['id'], recentOfName)
  const [row] = await database.session.query(
    `select ${o.name} as call, ${n.topic} from (${recent}) p
     join ${o} on ${o.workflowId} = p.id and ${o.step} = $3
     left join ${n}
       on ${n.workflowId} = p.id and ${n.readByStep} = ${o.step}
     where p.id <> $2 and (${o.name} = '${dbosStep.getEvent}' or (${o.name} = '${dbosStep.recv}' and ${n.topic} is not null))
     order by p."createdAt" desc limit 1`,
    [name, workflowId, wait.step],
  )
  return row
    ? { step: wait.step, call: String(row.call), topic: toText(row.topic) && toTopic(row.topic) }
    : null
}
