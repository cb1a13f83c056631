import type { OpenDatabase } from '../executors/open-database.ts'
import type { Hub } from './hub.ts'

/** A database, and where those who follow it come together. */
export interface FeedDatabase extends OpenDatabase {
  readonly hub: Hub
}
