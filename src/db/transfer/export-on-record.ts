import type { ExportRequest } from '../../core/transfer/transfer.ts'
import { findRecorder, namedIds } from '../record/find-recorder.ts'
import type { Database } from '../tables/system-database.ts'
import { exportWorkflows } from './export-workflows.ts'

/** The same with a line that it began, and one that it ended, or did not. */
export async function* exportOnRecord(database: Database, request: ExportRequest): AsyncGenerator<Buffer> {
  const recorder = await findRecorder(database, 'export')
  if (!recorder) return yield* exportWorkflows(database, request)
  const { workflowIds, payloads } = request
  const exported = { workflows: workflowIds.length, payloads }
  const intentId = await recorder.intend('export', {
    workflowIds: workflowIds.slice(0, namedIds),
    after: exported,
  })
  let isWhole = false
  try {
    yield* exportWorkflows(database, request)
    isWhole = true
  } finally {
    if (!isWhole)
      await recorder.end(intentId, 'failed', { reason: 'it was not read to its end' }).catch(() => {})
  }
  await recorder.end(intentId, 'done', exported)
}
