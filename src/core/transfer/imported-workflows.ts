import { toStatus, type WorkflowStatus } from '../workflow.ts'

/** What became of one workflow of an import. */
export interface ImportedWorkflow {
  readonly workflowId: string
  /** `exists`: one of this id was there already, and is as it was. */
  readonly outcome: 'imported' | 'exists'
  /** Where it came in under another id. */
  readonly newWorkflowId: string | null
  /** What it was where it was exported. */
  readonly before: WorkflowStatus
  /** Null where it did not come in. What was active comes in as CANCELLED: nothing moves until somebody resumes it. */
  readonly after: WorkflowStatus | null
}

export interface ImportCounts {
  readonly imported: number
  /** Of this id there was one already. */
  readonly existing: number
  /** Imported as what they were not: they had been active. */
  readonly stopped: number
}

/** What became of each workflow of an import, held as text: as objects a hundred thousand take ten times the memory. */
export interface ImportedWorkflows extends ImportCounts, Iterable<ImportedWorkflow> {}

/** Of one workflow: its id, the one that it came in under where that is another, what it was and is, and whether its id was there. */
type PackedRow = readonly [string, string | null, string | null, string | null, boolean]

/** Each page is a JSON array of packed rows, in UTF-8. */
export function fromPages(pages: readonly Uint8Array[], counts: ImportCounts): ImportedWorkflows {
  return {
    ...counts,
    *[Symbol.iterator]() {
      for (const page of pages) {
        const rows = JSON.parse(Buffer.from(page).toString('utf8')) as readonly PackedRow[]
        for (const row of rows) yield unpack(row)
      }
    },
  }
}

export function packImported(workflows: readonly ImportedWorkflow[]): ImportedWorkflows {
  const rows = workflows.map(
    ({ workflowId, newWorkflowId, before, after, outcome }): PackedRow => [
      ...([workflowId, newWorkflowId, before, after] as const),
      outcome === 'exists',
    ],
  )
  const imported = workflows.filter(({ outcome }) => outcome === 'imported')
  return fromPages([Buffer.from(JSON.stringify(rows))], {
    imported: imported.length,
    existing: workflows.length - imported.length,
    stopped: imported.filter(({ before, after }) => before !== after).length,
  })
}

function unpack([workflowId, newWorkflowId, before, after, isThere]: PackedRow): ImportedWorkflow {
  return {
    workflowId,
    outcome: isThere ? 'exists' : 'imported',
    newWorkflowId,
    before: toStatus(before),
    after: isThere ? null : toStatus(after),
  }
}
