import { defineTable } from './define-table.ts'

/** One row: the number of the last migration of all these tables. */
export const dbosMigrations = defineTable('dbos_migrations', { version: 'version' })
