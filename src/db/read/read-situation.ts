import type { Situation } from '../../core/diagnosis/situation.ts'
import type { WorkflowOrigin } from '../../core/run/start.ts'
import type { Step, Wait, Workflow } from '../../core/workflow.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import type { Database } from '../tables/database.ts'
import { toDate, toFilledText, toText, toTopic } from '../tables/rows.ts'
import { readMessages } from './read-messages.ts'
import { readOutlook } from './read-outlook.ts'
import { stepColumns, toStep } from './read-steps.ts'
import { readWaits } from './read-waits.ts'
import { getWorkflow, listChildren, listNames } from './read-workflows.ts'

/** Enough to name some. */
const shownAhead = 5
const shownChildren = 5
const shownNames = 100
/** How far back to look for workflows of a name, which has no index. */
const recentRows = 10_000

/** Everything that tells why a workflow is where it is; undefined without one. */
export async function readSituation(
  database: OpenDatabase,
  workflowId: string,
): Promise<Situation | undefined> {
  const { session, schema } = database
  const workflow = await getWorkflow(database, workflowId)
  const [row] = await session.query(
    `select ${schema.column('workflow_status', 'delay_until_epoch_ms', 'w')} as delay_until,
       w.workflow_deadline_epoch_ms as deadline, w.queue_partition_key as partition, w.updated_at,
       clock_timestamp() as now
     from ${schema.table('workflow_status')} w where w.workflow_uuid = $1`,
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
  const children = await listChildren(database, workflowId)
  const waits = await readWaits(database, [workflowId])
  const messages = await readMessages(database, workflowId)
  return {
    workflow,
    now: row.now as Date,
    delayUntil: toDate(row.delay_until),
    deadline: toDate(row.deadline),
    partition,
    updatedAt: toDate(row.updated_at),
    outlook,
    executors,
    ...(isQueued ? await readAhead(database, workflowId) : { ahead: [], aheadCount: 0, lastTakenAt: null }),
    ...progress,
    waits,
    unread: messages.filter(({ read }) => !read),
    activeChildren: children
      .filter((child) => ['PENDING', 'ENQUEUED', 'DELAYED'].includes(child.status))
      .slice(0, shownChildren),
    provenOrigins: await readProvenOrigins(database, workflow),
    knownNames: await listNames(database, shownNames),
    learned: await readLearned(database, workflow, waits),
  }
}

/** In the order in which executors take from a queue. */
async function readAhead(
  { session, schema }: Database,
  workflowId: string,
): Promise<Pick<Situation, 'ahead' | 'aheadCount' | 'lastTakenAt'>> {
  const status = schema.table('workflow_status')
  const application = (alias: string) => schema.column('workflow_status', 'application_name', alias)
  const [taken] = await session.query(
    `select p.started_at_epoch_ms as at from ${status} w join ${status} p
       on p.queue_name = w.queue_name and p.status <> 'ENQUEUED' and p.workflow_uuid <> w.workflow_uuid
      -- Before it was there nobody could have taken it: the rest of a long history is not read.
      and p.started_at_epoch_ms >= w.created_at
      and (w.application_version is null or p.application_version = w.application_version)
      and (${application('w')} is null or ${application('p')} = ${application('w')})
     where w.workflow_uuid = $1 order by p.started_at_epoch_ms desc limit 1`,
    [workflowId],
  )
  const rows = await session.query(
    `select p.workflow_uuid as id, count(*) over ()::int as total
     from ${status} w join ${status} p
       on p.queue_name = w.queue_name and p.status = 'ENQUEUED' and p.workflow_uuid <> w.workflow_uuid
      and (coalesce(p.priority, 0), p.created_at) < (coalesce(w.priority, 0), w.created_at)
     where w.workflow_uuid = $1 order by coalesce(p.priority, 0), p.created_at limit ${shownAhead}`,
    [workflowId],
  )
  return {
    ahead: rows.map(({ id }) => String(id)),
    aheadCount: Number(rows[0]?.total ?? 0),
    lastTakenAt: toDate(taken?.at),
  }
}

async function readProgress(
  { session, schema }: Database,
  workflowId: string,
): Promise<Pick<Situation, 'stepCount' | 'lastStep' | 'failedStep' | 'failedStepCount'>> {
  const steps = schema.table('operation_outputs')
  const newest = async (condition: string): Promise<Step | null> => {
    const [row] = await session.query(
      `select ${stepColumns('o')} from ${steps} o where o.workflow_uuid = $1 and ${condition}
       order by o.function_id desc limit 1`,
      [workflowId],
    )
    return row ? toStep(row) : null
  }
  const [row] = await session.query(
    `select count(*)::int as count, (count(*) filter (where error is not null))::int as failed
     from ${steps} where workflow_uuid = $1`,
    [workflowId],
  )
  return {
    stepCount: Number(row?.count ?? 0),
    lastStep: await newest('true'),
    failedStep: await newest('o.error is not null'),
    failedStepCount: Number(row?.failed ?? 0),
  }
}

/** How workflows of this name ran that ended by themselves or recorded a step: somebody knew the name. */
async function readProvenOrigins(
  { session, schema }: Database,
  { name, workflowId }: Workflow,
): Promise<WorkflowOrigin[]> {
  const rows = await session.query(
    `select class_name, config_name, queue_name, application from (
       select w.class_name, w.config_name, w.queue_name, w.created_at, w.workflow_uuid, w.status,
         ${schema.column('workflow_status', 'application_name', 'w')} as application
       from ${schema.table('workflow_status')} w
       where w.name = $1 and w.workflow_uuid <> $2 order by w.created_at desc limit ${recentRows}
     ) recent
     where status in ('SUCCESS', 'ERROR') or exists(
       select 1 from ${schema.table('operation_outputs')} o where o.workflow_uuid = recent.workflow_uuid)
     group by 1, 2, 3, 4 order by max(created_at) desc`,
    [name, workflowId],
  )
  return rows.map((row) => ({
    className: toFilledText(row.class_name),
    configName: toFilledText(row.config_name),
    queue: toFilledText(row.queue_name),
    application: toFilledText(row.application),
  }))
}

/** What an earlier run of this name did at the step where this one waits and did not ask. */
async function readLearned(
  { session, schema }: Database,
  { name, workflowId }: Workflow,
  waits: readonly Wait[],
): Promise<Situation['learned']> {
  const wait = waits.find(({ asked }) => !asked)
  if (!wait) return null
  const consumer = schema.column('notifications', 'consumed_by_function_id', 'n')
  const [row] = await session.query(
    `select o.function_name, n.topic from (
       select workflow_uuid, created_at from ${schema.table('workflow_status')}
       where name = $1 and workflow_uuid <> $2 order by created_at desc limit ${recentRows}
     ) p
     join ${schema.table('operation_outputs')} o on o.workflow_uuid = p.workflow_uuid and o.function_id = $3
     left join ${schema.table('notifications')} n
       on n.destination_uuid = p.workflow_uuid and ${consumer} = o.function_id
     where o.function_name = 'DBOS.getEvent' or (o.function_name = 'DBOS.recv' and n.topic is not null)
     order by p.created_at desc limit 1`,
    [name, workflowId, wait.step],
  )
  return row
    ? { step: wait.step, call: String(row.function_name), topic: toText(row.topic) && toTopic(row.topic) }
    : null
}
