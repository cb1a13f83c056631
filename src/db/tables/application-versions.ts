import { defineTable } from './define-table.ts'

/** Every version that an executor ever launched as; the newest time makes the latest one. */
export const applicationVersions = defineTable(
  'application_versions',
  { id: 'version_id', version: 'version_name', registeredAt: 'version_timestamp' },
  { application: 'application_name' },
)
