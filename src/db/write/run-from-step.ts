import type { ClientBase } from 'pg'
import type { ManageResult, ManageTarget } from '../../core/manage/manage.ts'
import { isEnded, toStatus, type WorkflowStatus } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { ActionLine, Recorder } from '../record/find-recorder.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { insertForks } from './insert-forks.ts'
import { rewindRows } from './rewind-rows.ts'

/**
 * Forks or rewinds many in one transaction: all that are still in the status that was decided on, under locks that are
 * taken in one order by everybody, so that two operators never wait for each other.
 */
export async function runFromStep(
  { session, schema }: Database,
  verb: 'fork' | 'rewind',
  targets: readonly ManageTarget[],
  recorder: Recorder | undefined,
): Promise<ManageResult[]> {
  return session.transaction(async (client) => {
    const statusById = await lockStatuses(client, schema, targets)
    const obstacles = new Map(
      targets.map((target) => [target, findObstacle(verb, target, statusById.get(target.workflowId))]),
    )
    const free = targets.filter((target) => !obstacles.get(target))
    const done =
      verb === 'fork' ? await insertForks(client, schema, free) : await rewindRows(client, schema, free)
    await recorder?.done(client, verb, targets.filter((target) => done.has(target)).map(toLine))
    return targets.map((target): ManageResult => {
      const { workflowId, newWorkflowId } = target
      if (done.has(target)) return { workflowId, outcome: 'changed', status: 'ENQUEUED' }
      const reason = `the id ${newWorkflowId} is in use`
      return obstacles.get(target) ?? { workflowId, outcome: 'failed', reason }
    })
  })
}

function toLine({ workflowId, status, fromStep = 0, newWorkflowId }: ManageTarget): ActionLine {
  return { workflowId, copy: newWorkflowId, before: { status }, after: { fromStep } }
}

/** In one order for everybody, whatever is done to them: two operators never wait for each other. */
export async function lockStatuses(
  client: ClientBase,
  schema: SystemSchema,
  targets: readonly Pick<ManageTarget, 'workflowId'>[],
): Promise<Map<string, WorkflowStatus>> {
  const w = workflowStatus.in(schema, 'w')
  const { rows } = await client.query<Row>(
    `select ${w.id} as id, ${w.status} from ${w}
     where ${w.id} = any($1) order by ${w.id} for update`,
    [targets.map(({ workflowId }) => workflowId)],
  )
  return new Map(rows.map(({ id, status }) => [String(id), toStatus(status)]))
}

function findObstacle(
  verb: 'fork' | 'rewind',
  { workflowId, status: expected }: ManageTarget,
  status: WorkflowStatus | undefined,
): ManageResult | undefined {
  if (status === undefined) return { workflowId, outcome: 'not-found' }
  if (status !== expected) return { workflowId, outcome: 'moved-on', status }
  if (verb === 'rewind' && !isEnded(status))
    return { workflowId, outcome: 'failed', reason: `it is ${status}: cancel it before it is rewound` }
  return undefined
}
