import { once } from 'node:events'
import type { Context } from '../context.ts'
import type { DatabaseTarget } from '../core/database.ts'
import { CliError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import { type DatabaseFlags, readSettings, type Settings } from '../settings/settings.ts'
import { findTarget, type TargetOptions } from '../settings/target.ts'
import { hasReaderLeft } from './interrupt.ts'
import { printNotice } from './print-notice.ts'
import type { LentStore } from './profile/change-guard.ts'
import { type SignatureFlags, signatureOf } from './record/sign.ts'
import { createTimeLimit, type TimeLimit } from './time-limit.ts'

interface LendingOptions extends TargetOptions {
  /** Read before; else they are read. */
  readonly settings?: Settings
  /** Within it a database, and its tables, are waited for. */
  readonly limit?: TimeLimit
  /** It follows something: a connection that is lost is made again. */
  readonly isFollowed?: boolean
  /** As `withReadStore`. */
  readonly isReading?: boolean
  /** No longer than this. */
  readonly timeoutMs?: number
}

/** To connect, however little time is left. */
const shortestAttemptMs = 1000

/** Opens the database that flags, environment and files name, lends it, and closes it again. */
export async function withStore<Result>(
  context: Context,
  flags: DatabaseFlags & SignatureFlags,
  use: (store: LentStore, settings: Settings, target: DatabaseTarget) => Promise<Result>,
  {
    limit = createTimeLimit(context, undefined),
    isFollowed,
    isReading = false,
    timeoutMs,
    settings: given,
    ...options
  }: LendingOptions = {},
): Promise<Result> {
  const settings = given ?? (await readSettings(context, flags))
  const longestMs = Math.min(settings.reconnectTimeoutMs.value, timeoutMs ?? limit.leftMs() ?? Infinity)
  const found = await findTarget(context, settings, options)
  const target = { ...found, isFollowed, reconnectTimeoutMs: longestMs }
  await noteNewHosts(context, settings)
  const store = await limit.retry(() => openReady(context, target, limit))
  noteUnknownTables(context, store)
  try {
    const signed = store.as(signatureOf(context, flags, settings))
    const using = use(await lend(context, signed, settings), settings, target)
    return await (isReading ? untilStopped(context, using) : using)
  } finally {
    await store.close()
  }
}

/** The same for what reads, prints, and leaves nothing half done: who asks it to stop need not wait for its end. */
export function withReadStore<Result>(
  context: Context,
  flags: DatabaseFlags,
  use: (store: LentStore, settings: Settings) => Promise<Result>,
): Promise<Result> {
  return withStore(context, flags, use, { isReading: true })
}

/** Whoever read the output and left is no reason: what is printed then goes nowhere. */
async function untilStopped<Result>(context: Context, result: Promise<Result>): Promise<Result> {
  const { signal } = context.interrupts
  let stop = (): void => {}
  const stopped = new Promise<never>((_, reject) => {
    stop = () => {
      if (!hasReaderLeft(context)) reject(new CliError('interrupted', 'Interrupted before all was shown.'))
    }
  })
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([result, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
    result.catch(() => {})
  }
}

/** Loaded where a profile chose the database. */
async function lend(context: Context, store: Store, { profile }: Settings): Promise<LentStore> {
  if (!profile) return store
  const { lendGuarded } = await import('./profile/lend-guarded.ts')
  return lendGuarded(context, store, profile)
}

/** Who has time waits for the end of a migration: what is written between two of its steps may be where nobody looks. */
function openReady(context: Context, target: DatabaseTarget, limit: TimeLimit): Promise<Store> {
  const leftMs = limit.leftMs()
  if (leftMs === undefined) return openUnlessInterrupted(context, target)
  const connectTimeoutMs = Math.min(target.connectTimeoutMs, Math.max(leftMs, shortestAttemptMs))
  return openUnlessInterrupted(context, { ...target, connectTimeoutMs, refuseMigrating: true })
}

/** Connecting can take its whole time-out: ctrl-c is heard meanwhile. */
async function openUnlessInterrupted(context: Context, target: DatabaseTarget): Promise<Store> {
  const { signal } = context.interrupts
  const opening = context.openStore(target)
  const isOver = new AbortController()
  const interrupted = once(signal, 'abort', { signal: isOver.signal }).then(
    () => undefined,
    () => undefined,
  )
  try {
    const store = signal.aborted ? undefined : await Promise.race([opening, interrupted])
    if (store) return store
  } finally {
    isOver.abort()
  }
  opening.then((late) => late.close()).catch(() => {})
  throw new CliError('interrupted', `Interrupted while connecting to ${target.label}.`)
}

/** A file of the project chose where this goes: who did not know it hears it once. */
async function noteNewHosts(context: Context, { fileHosts }: Settings): Promise<void> {
  for (const { host, file } of fileHosts) {
    if (await context.projectFiles.isNewHost(host))
      printNotice(context, `Connecting to ${host} for the first time, because ${file.path} names it.`)
  }
}

/** DBOS adds to its tables and takes little away, so that what drover knows of them is most likely still right. */
function noteUnknownTables(context: Context, { database }: Store): void {
  const { label, unknownMigration } = database
  if (unknownMigration === undefined) return
  printNotice(
    context,
    `warning: the DBOS tables of ${label} are newer (migration ${unknownMigration}) than this drover knows; update drover when something looks wrong.`,
  )
}
