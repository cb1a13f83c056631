/**
 * What DBOS and drover agree on, and processes of drover among each other: names that stand in the database or travel
 * through it. Nothing else spells them. Where it says so, a name is SQL.
 */

/** The newest migration of DBOS's tables that drover was tried on, the one that its own SDK makes. */
export const knownMigration = 123

/** The queue that every executor polls. */
export const internalQueue = '_dbos_internal_queue'
/** The queue of databases that drover created; also of their name and of their superuser. */
export const droverQueue = 'drover'

/** The names under which DBOS records what a workflow calls of DBOS itself. */
export const dbosStep = {
  sleep: 'DBOS.sleep',
  recv: 'DBOS.recv',
  getEvent: 'DBOS.getEvent',
  getResult: 'DBOS.getResult',
  getStatus: 'DBOS.getStatus',
  setEvent: 'DBOS.setEvent',
  writeStream: 'DBOS.writeStream',
  closeStream: 'DBOS.closeStream',
  now: 'DBOS.now',
  randomUUID: 'DBOS.randomUUID',
} as const

/** True for a step of DBOS itself, such as a sleep. */
export function isDbosStep(name: string): boolean {
  return name.startsWith('DBOS.')
}

/** The id of the run of a schedule that comes at this time. */
export function toScheduledId(schedule: string, at: Date): string {
  return `sched-${schedule}-${at.toISOString()}`
}

/** What stands for "no topic" in the table of messages. */
export const noTopic = '__null__topic__'

/** A workflow that publishes an event with this prefix right before `recv(topic)` says that it waits, and for what. */
export const askPrefix = 'awaiting:'

export function isAsking(eventKey: string): boolean {
  return eventKey.startsWith(askPrefix)
}

/** What DBOS's executors and triggers announce; each payload is `<workflow>::<key or topic>`. */
export const dbosChannels = [
  'dbos_notifications_channel',
  'dbos_workflow_events_channel',
  'dbos_streams_channel',
] as const

/** The last statement of a session by which executors of every language listen; clients have none. */
export const listening = 'LISTEN dbos_'

/** Postgres cuts the name of a session, as every identifier, after this many bytes. */
export const sessionNameBytes = 63

/** Sessions of an executor are named `dbos_transact_<executorId>_<version>`. */
export const sessionPrefix = 'dbos_transact_'

export function toSessionName(executorId: string, version: string): string {
  return `${sessionPrefix}${executorId}_${version}`
}

/** SQL: the name of a session starts as those of this executor do, as far as Postgres keeps it. */
export function isSessionOf(executorId: string, sessionName: string): string {
  return `starts_with(${sessionName}, left('${sessionPrefix}' || ${executorId} || '_', ${sessionNameBytes}))`
}

/** Sessions of drover's own connections. */
export const droverSession = 'drover'
/** The session that holds the lock of one of drover's own executors. */
export const slotSession = 'drover-executor'

const ownExecutorPrefix = 'drover-'

/** `uuid` makes it another one than any before it: such an id never comes back. */
export function toOwnExecutorId(uuid: string): string {
  return `${ownExecutorPrefix}${uuid}`
}

/** True for an executor that drover launched: it holds a lock as long as it lives, and answers what it registers. */
export function isOwnExecutor(executorId: string): boolean {
  return executorId.startsWith(ownExecutorPrefix)
}

/** SQL for the same. */
export function isOwnExecutorSql(executorId: string): string {
  return `starts_with(${executorId}, '${ownExecutorPrefix}')`
}

/** The id with which a text begins, if it is one of drover's own executors. */
export function startingExecutorId(text: string): string | undefined {
  return /^drover-[0-9a-f-]{36}/.exec(text)?.[0]
}

/** Where drover's own executors are asked what they register; what is asked is the channel of the answer. */
export const questionChannel = 'drover_questions'

export function toAnswerChannel(hex: string): string {
  return `drover_answer_${hex}`
}

/** Nothing else is answered: whoever may connect may ask, and must not be able to write to the channels of others. */
export function isAnswerChannel(channel: string): boolean {
  return /^drover_answer_[0-9a-f]{32}$/.test(channel)
}

/** Where drover's own executors hear what drover enqueued, so that they need not wait for their next look at the queue. */
export const enqueuedChannel = 'drover_enqueued'

/** Postgres refuses a longer payload. */
export const longestPayloadBytes = 7999

/** SQL for what is announced of a queue. `schema` and `queue` are SQL, too. */
export function enqueuedPayloadSql(schema: string, queue: string): string {
  return `${schema} || ' ' || ${queue}`
}

/** The queue that a payload names, if it is one of this schema. Whoever may connect may have written it. */
export function queueOfPayload(schema: string, payload: string): string | undefined {
  return payload.startsWith(`${schema} `) ? payload.slice(schema.length + 1) : undefined
}

/** SQL for the keys of advisory locks. `executorId` and `runnable` are SQL, too. */
export const lockKey = {
  /** "This executor lives." */
  slot: (executorId: string): string => `hashtextextended('drover:' || ${executorId}, 0)`,
  /** "Somebody lives who runs this workflow." */
  runs: (runnable: string): string => `hashtextextended('drover:runs:' || ${runnable}, 0)`,
  /** Migrations that run at the same time fail on each other, and a launch migrates. */
  launch: `hashtextextended('drover:launch', 0)`,
  /** The record of decisions is being made. */
  record: `hashtextextended('drover:record', 0)`,
  /** What keeps a queue paused is being made. */
  pauses: `hashtextextended('drover:pauses', 0)`,
} as const

/** The mark with which a stream is closed, as the SDKs of all languages and ages write it. */
export const streamEndMarks = [
  '"__DBOS_STREAM_CLOSED__"',
  '__DBOS_STREAM_CLOSED__',
  'gASVGgAAAAAAAACMFl9fREJPU19TVFJFQU1fQ0xPU0VEX1+ULg==',
] as const

export function isStreamEnd(text: string): boolean {
  return (streamEndMarks as readonly string[]).includes(text)
}
