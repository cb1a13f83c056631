import type { DatabaseTarget } from '../core/database.ts'
import type { Store } from '../core/store.ts'
import { createSession } from './connection/connect.ts'
import { createListener } from './connection/listen.ts'
import { defaultTiming, type FollowTiming } from './connection/retry-while-disconnected.ts'
import { createExecutorReader } from './executors/known-executors.ts'
import { follow } from './feed/follow.ts'
import { watchInbox } from './feed/inbox-feed.ts'
import { readDecisions } from './read/read-decisions.ts'
import { readEvents } from './read/read-events.ts'
import { readHealth } from './read/read-health.ts'
import { learnAnswers, readInbox } from './read/read-inbox.ts'
import { readLastDecided } from './read/read-last-decided.ts'
import { readLineage } from './read/read-lineage.ts'
import { readMessages } from './read/read-messages.ts'
import { readOutlook } from './read/read-outlook.ts'
import { readSituation } from './read/read-situation.ts'
import { readSteps } from './read/read-steps.ts'
import { findOffsetOfLast, readStreamKeys, readStreams, readStreamValues } from './read/read-streams.ts'
import { readWaitAt, readWaits } from './read/read-waits.ts'
import {
  findByPrefix,
  getWorkflow,
  lastRanPortable,
  listChildren,
  listExisting,
  listNames,
  listOrigins,
  listWorkflows,
} from './read/read-workflows.ts'
import { findUnknownMigration, migrateOwnSchema, readSettledSchema } from './tables/migrate.ts'
import { createRecord } from './tables/record-table.ts'
import { readSchema, readSupportedSchema } from './tables/schema.ts'
import { createPlatform } from './write/change-platform.ts'
import { decideWait } from './write/decide-wait.ts'
import { createManagement } from './write/manage-workflows.ts'
import { createRecovery } from './write/recover-workflows.ts'
import { sendMessage } from './write/send-message.ts'
import { startWorkflow } from './write/start-workflow.ts'

/**
 * Connects and looks at what is there. Throws `database-unreachable`, `permission-denied`, `schema-missing` or
 * `schema-unsupported`. At most two connections: one for queries, one that listens while something is followed.
 */
export async function openStore(
  target: DatabaseTarget,
  given: Partial<FollowTiming> = {},
  onNotice: (notice: string) => void = () => {},
): Promise<Store> {
  const giveUpAfterMs = target.reconnectTimeoutMs ?? defaultTiming.giveUpAfterMs
  const timing = { ...defaultTiming, giveUpAfterMs, ...given }
  const session = createSession(target)
  try {
    const found = await migrateOwnSchema(session, await readSchema(session), onNotice)
    const supported = await readSupportedSchema(session, found)
    const schema = target.refuseMigrating ? await readSettledSchema(session, supported) : supported
    const unknownMigration = await findUnknownMigration(session, schema)
    const executors = createExecutorReader(session, schema, timing)
    const listener = createListener(session, timing.noticeAfterMs / 2)
    return {
      database: {
        label: target.label,
        schema: target.schema,
        own: schema.own,
        unknownMigration,
        isBeforeSdk5: !schema.has('workflow_input'),
      },
      list: (query) => listWorkflows(session, schema, query),
      get: (workflowId) => getWorkflow(session, schema, workflowId),
      findByPrefix: (prefix, limit) => findByPrefix(session, schema, prefix, limit),
      steps: (workflowId) => readSteps(session, schema, workflowId),
      events: (workflowId) => readEvents(session, schema, workflowId),
      streams: (workflowId) => readStreams(session, schema, workflowId),
      streamKeys: (workflowId) => readStreamKeys(session, schema, workflowId),
      streamValues: (workflowId, key, options) =>
        readStreamValues(session, schema, timing, { workflowId, key }, options),
      offsetOfLast: (workflowId, key, count) => findOffsetOfLast(session, schema, workflowId, key, count),
      messages: (workflowId) => readMessages(session, schema, workflowId),
      existing: (workflowIds) => listExisting(session, schema, workflowIds),
      waits: (workflowIds) => readWaits(session, schema, workflowIds),
      inbox: (query) => readInbox(session, schema, query),
      watchInbox: (query, options) => watchInbox({ session, schema, listener, timing }, query, options),
      learnAnswers: (waits) => learnAnswers(session, schema, waits),
      lineage: (workflowId) => readLineage(session, schema, workflowId),
      children: (workflowId) => listChildren(session, schema, workflowId),
      follow: (workflowIds, options) => follow({ session, schema, listener, timing }, workflowIds, options),
      send: (request) => sendMessage(session, schema, request),
      decide: (request) => decideWait(session, schema, request),
      waitAt: (workflowId, step) => readWaitAt(session, schema, workflowId, step),
      lastDecided: (workflowId, { isRecorded }) => readLastDecided(session, schema, workflowId, isRecorded),
      decisions: (query) => readDecisions(session, schema, query),
      createRecord: (setup) => createRecord(session, schema, setup),
      start: (request) => startWorkflow(session, schema, request),
      origins: (name) => listOrigins(session, schema, name),
      lastRanPortable: (name) => lastRanPortable(session, schema, name),
      knownNames: (limit) => listNames(session, schema, limit),
      hasQueue: async (name) => {
        if (!schema.has('queues')) return false
        const rows = await session.query(`select 1 from ${schema.table('queues')} where name = $1`, [name])
        return rows.length > 0
      },
      executors,
      situation: (workflowId) => readSituation(session, schema, executors, workflowId),
      health: () => readHealth(session, schema),
      clock: async () => {
        const [row] = await session.query('select clock_timestamp() as now')
        return row?.now as Date
      },
      outlook: (place) => readOutlook(session, schema, executors, place),
      ...createManagement(session, schema),
      ...createPlatform(session, schema),
      ...createRecovery(session, schema),
      close: async () => {
        await Promise.all([listener.close(), session.close()])
      },
    }
  } catch (error) {
    await session.close()
    throw error
  }
}
