import type { OpenDatabase } from '../executors/open-database.ts'
import type { Hub } from './hub.ts'
import type { Inboxes } from './inbox-feed.ts'

/** A database, and where those who follow it come together. */
export interface FeedDatabase extends OpenDatabase {
  readonly hub: Hub
  readonly inboxes: Inboxes
}
