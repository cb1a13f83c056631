import type { DatabaseTarget } from '../core/database.ts'
import type { StatsRequest } from '../core/metrics/workflow-stats.ts'
import type { NewSchedule, RenameRequest, ScheduleDefinition, TimeRange } from '../core/platform.ts'
import type { Signature } from '../core/record/signature.ts'
import type { Store } from '../core/store.ts'
import type { ExportRequest, ImportRequest } from '../core/transfer/transfer.ts'
import { createSession, type Session } from './connection/connect.ts'
import { createListener } from './connection/listen.ts'
import { openPatiently, readPatiently } from './connection/read-patiently.ts'
import { defaultTiming, type FollowTiming } from './connection/retry-while-disconnected.ts'
import { verifyRecord } from './decide/compare-record.ts'
import { decideWait } from './decide/decide-wait.ts'
import { createRecord } from './decide/open-record.ts'
import { readDecisions } from './decide/read-decisions.ts'
import { readLastDecided } from './decide/read-last-decided.ts'
import { createExecutorReader } from './executors/known-executors.ts'
import { checkCursorOf } from './feed/check-cursor.ts'
import type { FeedDatabase } from './feed/feed-database.ts'
import { follow } from './feed/follow.ts'
import { createHub } from './feed/hub.ts'
import { createInboxes, watchInbox } from './feed/inbox-feed.ts'
import { pauseQueue, resumeQueue } from './queues/pause-queue.ts'
import { readQueueHistory } from './queues/read-queue-history.ts'
import { readHealth } from './read/health/read-health.ts'
import { readFailures } from './read/look/read-failures.ts'
import { readRoots } from './read/look/read-roots.ts'
import { readActivity } from './read/read-activity.ts'
import { readBoard } from './read/read-board.ts'
import { readClock } from './read/read-clock.ts'
import { readEvents } from './read/read-events.ts'
import { readFacts } from './read/read-facts.ts'
import { learnAnswers, readInbox } from './read/read-inbox.ts'
import { readLineage } from './read/read-lineage.ts'
import { readMessages } from './read/read-messages.ts'
import { readOutlook } from './read/read-outlook.ts'
import { countSteps, readSteps } from './read/read-steps.ts'
import { findOffsetOfLast, readStreamKeys, readStreams } from './read/read-streams.ts'
import { readWaitAt, readWaits } from './read/read-waits.ts'
import {
  findByPrefix,
  getWorkflow,
  lastRanPortable,
  listChildren,
  listExisting,
  listNames,
  listOrigins,
  listPlaces,
  listWorkflows,
} from './read/read-workflows.ts'
import { readSituations } from './read/situation/read-situations.ts'
import { readStreamTexts, readStreamValues } from './read/stream/read-stream-values.ts'
import { readActions } from './record/read-actions.ts'
import { deleteEnded } from './retention/delete-ended.ts'
import { planRetention } from './retention/plan-retention.ts'
import { setSchedule, triggerSchedule } from './schedules/change-schedules.ts'
import { readScheduleOptions, readSchedules, readScheduleTimes } from './schedules/read-schedules.ts'
import { readSchema } from './tables/schema.ts'
import { findUnknownMigration, migrateOwnSchema, readSettledSchema } from './tables/setup/migrate.ts'
import { readSupportedSchema } from './tables/setup/supported-schema.ts'
import type { Database } from './tables/system-database.ts'
import { workflowInput } from './tables/workflow-input.ts'
import { announcing } from './write/announcing.ts'
import { createQueue, deleteQueue, hasQueue, readQueues, setQueue } from './write/change-queues.ts'
import { promoteVersion, readVersions, readVersionTotals } from './write/change-versions.ts'
import {
  countBy,
  manage,
  readDescendants,
  readStates,
  readStepBounds,
  weigh,
} from './write/manage-workflows.ts'
import { handOver, moveToVersion, scanExecutors } from './write/recover-workflows.ts'
import { sendMessage } from './write/send-message.ts'
import { startWorkflow } from './write/start-workflow.ts'

/** What does each method of a store, given the database. */
const functions = announcing({
  list: listWorkflows,
  listPlaces,
  roots: readRoots,
  failures: readFailures,
  facts: readFacts,
  board: readBoard,
  get: getWorkflow,
  findByPrefix,
  steps: readSteps,
  countSteps,
  events: readEvents,
  streams: readStreams,
  streamKeys: readStreamKeys,
  streamValues: readStreamValues,
  streamTexts: readStreamTexts,
  offsetOfLast: findOffsetOfLast,
  messages: readMessages,
  existing: listExisting,
  waits: readWaits,
  inbox: readInbox,
  watchInbox,
  learnAnswers,
  lineage: readLineage,
  children: listChildren,
  follow,
  checkCursor: (_: FeedDatabase, cursor: string, workflowId: string) => checkCursorOf(cursor, workflowId),
  send: sendMessage,
  decide: decideWait,
  waitAt: readWaitAt,
  lastDecided: readLastDecided,
  decisions: readDecisions,
  actions: readActions,
  verifyRecord,
  createRecord,
  start: startWorkflow,
  origins: listOrigins,
  lastRanPortable,
  knownNames: listNames,
  hasQueue,
  situations: readSituations,
  health: readHealth,
  activity: readActivity,
  stats: async (database: Database, request: StatsRequest) =>
    (await import('./read/look/read-stats.ts')).readStats(database, request),
  estimateStats: async (database: Database, request: StatsRequest) =>
    (await import('./read/look/read-stats.ts')).estimateStats(database, request),
  clock: readClock,
  outlook: readOutlook,
  states: readStates,
  stepBounds: readStepBounds,
  countBy,
  descendants: readDescendants,
  weigh,
  manage,
  planRetention,
  deleteEnded,
  versions: readVersions,
  versionTotals: readVersionTotals,
  promoteVersion,
  applicationRows: async (database: Database, application: string | null) =>
    (await import('./applications/application-rows.ts')).readApplicationRows(database, application),
  renameApplication: async (database: Database, request: RenameRequest) =>
    (await import('./applications/application-rows.ts')).renameApplication(database, request),
  queues: readQueues,
  createQueue,
  setQueue,
  deleteQueue,
  pauseQueue,
  resumeQueue,
  queueHistory: readQueueHistory,
  schedules: readSchedules,
  setSchedule,
  triggerSchedule,
  createSchedule: async (database: Database, name: string, schedule: NewSchedule) =>
    (await import('./schedules/define-schedule.ts')).createSchedule(database, name, schedule),
  updateSchedule: async (database: Database, name: string, changes: Partial<ScheduleDefinition>) =>
    (await import('./schedules/define-schedule.ts')).updateSchedule(database, name, changes),
  deleteSchedule: async (database: Database, name: string) =>
    (await import('./schedules/define-schedule.ts')).deleteSchedule(database, name),
  scheduleOptions: readScheduleOptions,
  scheduleTimes: readScheduleTimes,
  backfillSchedule: async (database: Database, name: string, range: TimeRange, signal?: AbortSignal) =>
    (await import('./schedules/backfill-schedule.ts')).backfillSchedule(database, name, range, signal),
  scanExecutors,
  handOver,
  moveToVersion,
  exportWorkflows: async function* (database: Database, request: ExportRequest) {
    const { exportOnRecord } = await import('./transfer/export-on-record.ts')
    yield* exportOnRecord(database, request)
  },
  importWorkflows: async (database: Database, request: ImportRequest) =>
    (await import('./transfer/import-workflows.ts')).importWorkflows(database, request),
})

/**
 * Connects and looks at what is there. Throws `database-unreachable`, `permission-denied`, `schema-missing` or
 * `schema-unsupported`. At most two connections: one for queries, one that listens while something is followed.
 */
export async function openStore(
  target: DatabaseTarget,
  given: Partial<FollowTiming> = {},
  onNotice: (notice: string) => void = () => {},
  interrupt?: AbortSignal,
): Promise<Store> {
  const giveUpAfterMs = target.reconnectTimeoutMs ?? defaultTiming.giveUpAfterMs
  const timing = { ...defaultTiming, giveUpAfterMs, ...given }
  const session = createSession(target, { silenceMs: timing.querySilenceMs, interrupt })
  const signal = interrupt ?? new AbortController().signal
  const patience = { session, timing, signal, onNotice }
  try {
    const { database, unknownMigration } = await openPatiently(patience, () => look(session, onNotice))
    const { schema } = database
    const listener = createListener(session, timing.noticeAfterMs / 2, schema)
    const executors = createExecutorReader(database, timing)
    const hub = createHub({ session, schema, listener, timing })
    const inboxes = createInboxes({ session, schema, listener, timing })
    const bound = (signature?: Signature) => {
      const parts = { session, schema, signature, listener, timing, executors, hub, inboxes }
      return readPatiently(patience, bind(functions, parts))
    }
    return {
      ...bound(),
      as(this: Store, signature: Signature): Store {
        return { ...this, ...bound(signature) }
      },
      executors,
      database: {
        label: target.label,
        schema: target.schema,
        own: schema.own,
        unknownMigration,
        isBeforeSdk5: !workflowInput.isIn(schema),
      },
      close: async () => {
        await Promise.all([listener.close(), session.close()])
      },
    }
  } catch (error) {
    await session.close()
    throw error
  }
}

/** What is there, migrated where it is drover's own. */
async function look(
  session: Session,
  onNotice: (notice: string) => void,
): Promise<{ readonly database: Database; readonly unknownMigration: number | undefined }> {
  const read = { session, schema: await readSchema(session) }
  const found = session.target.isReadOnly ? read : await migrateOwnSchema(read, onNotice)
  const supported = await readSupportedSchema(found)
  const database = session.target.refuseMigrating ? await readSettledSchema(supported) : supported
  return { database, unknownMigration: await findUnknownMigration(database) }
}

type OnDatabase = (database: FeedDatabase, ...rest: never[]) => unknown

type Bound<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends (
    database: FeedDatabase,
    ...rest: infer Rest
  ) => infer Result
    ? (...rest: Rest) => Result
    : never
}

/** The same functions without their first parameter. */
function bind<Functions extends Readonly<Record<string, OnDatabase>>>(
  given: Functions,
  database: FeedDatabase,
): Bound<Functions> {
  const bound = Object.entries(given).map(([name, use]) => [name, use.bind(undefined, database)])
  return Object.fromEntries(bound)
}
