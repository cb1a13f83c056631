import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import type { Inbox, InboxQuery, NamedWait } from '../../core/decide/inbox-query.ts'
import { createWaitKnowledge, type KnownWait } from '../../core/decide/known-waits.ts'
import type { Store } from '../../core/store.ts'
import { type AnyOf, toList } from '../../core/words/any-of.ts'
import { parseTime } from '../../core/words/time.ts'
import { repeatable } from '../../frame/option-parsers.ts'
import type { Settings } from '../../settings/settings.ts'

export interface InboxFilters {
  readonly name?: AnyOf<string>
  /** Null: those without a topic. */
  readonly topic?: AnyOf<string | null>
  readonly olderThan?: string
}

export type OpenWait = KnownWait

export interface OpenWaits {
  readonly waits: readonly OpenWait[]
  /** How many there are without the limit. */
  readonly total: number
}

/** `--topic` is left to the command: it has another meaning where a single wait is named. */
export function addInboxFilters(command: Command, when = ''): Command {
  return command
    .addOption(repeatable('--name <name>', `${when}only workflows of this name, or Class.name; repeatable`))
    .option(
      '--older-than <time>',
      `${when}only what has waited longer than this, such as 30m, or since before this date`,
    )
}

/** What to ask the store for. Topics are not all in the database, so that it cannot limit what is narrowed by them. */
export function toInboxQuery(
  { now }: Pick<Context, 'now'>,
  { name, topic, olderThan }: InboxFilters,
  limit?: number,
): InboxQuery {
  const before = olderThan === undefined ? undefined : parseTime(olderThan, now())
  return { name, before, limit: topic === undefined ? limit : undefined }
}

/** Adds what is known of the topics, and keeps those that were asked for. */
export function createTopicFinder(
  store: Store,
  { workflows }: Pick<Settings, 'workflows'>,
  topic: AnyOf<string | null> | undefined,
  limit?: number,
): (inbox: Inbox) => Promise<OpenWaits> {
  const know = createWaitKnowledge(store, workflows)
  return async (inbox) => {
    const waits = await know(inbox.waits)
    const topics = toList(topic)
    if (topics === undefined) return { waits, total: inbox.total }
    const matching = waits.filter((wait) => wait.topic !== undefined && topics.includes(wait.topic))
    return { waits: matching.slice(0, limit), total: matching.length }
  }
}

/** Without what is known of the topic from elsewhere: to decide takes more than that. */
export function asRead(wait: OpenWait): NamedWait {
  return wait.source === 'asked' ? wait : { ...wait, topic: undefined }
}

/** The open waits of all workflows, the oldest first. */
export async function readOpenWaits(
  context: Pick<Context, 'now'>,
  store: Store,
  settings: Pick<Settings, 'workflows'>,
  filters: InboxFilters,
  limit?: number,
): Promise<OpenWaits> {
  const withTopics = createTopicFinder(store, settings, filters.topic, limit)
  return withTopics(await store.inbox(toInboxQuery(context, filters, limit)))
}
