import type { Store } from '../../src/core/store.ts'
import { type ImportedWorkflow, packImported } from '../../src/core/transfer/imported-workflows.ts'
import { toLines } from '../../src/core/transfer/to-lines.ts'
import { notAnExport, requireHead, toEndLine, toHeadLine } from '../../src/core/transfer/transfer.ts'
import { escapeJson } from '../../src/core/words/escape-controls.ts'
import { isEnded, toStatus } from '../../src/core/workflow.ts'
import type { FakeWorld } from './fake-world.ts'

/** Of the workflows themselves; what belongs to them is for a real database. */
export function createFakeTransfer({ entries, add }: FakeWorld) {
  return {
    exportWorkflows: async function* ({ workflowIds }) {
      const head = { schemaVersion: 1, sdk: '5.2 or later', exportedAt: '2026-01-02T03:04:05.000Z' }
      yield Buffer.from(toHeadLine(head))
      const found = workflowIds.flatMap((id) => entries.get(id)?.rows.workflow ?? [])
      for (const { workflowId: id, name, status } of found)
        yield Buffer.from(`${escapeJson(JSON.stringify({ type: 'workflow', row: { id, name, status } }))}\n`)
      yield Buffer.from(toEndLine(found.length))
    },
    importWorkflows: async ({ chunks }) => {
      const lines: string[] = []
      for await (const some of toLines(textOf(chunks))) lines.push(...some)
      requireHead(lines[0] ?? '')
      if (!lines.at(-1)?.includes('"end"')) throw notAnExport()
      const rows = lines.slice(1, -1).map((line) => JSON.parse(line).row)
      const workflows = rows.map(({ id, name, status }): ImportedWorkflow => {
        const before = toStatus(status)
        const row = { workflowId: id, newWorkflowId: null, before }
        if (entries.has(id)) return { ...row, outcome: 'exists', after: null }
        const after = isEnded(before) ? before : 'CANCELLED'
        add({ workflowId: id, name, status: after })
        return { ...row, outcome: 'imported', after }
      })
      return { workflows: packImported(workflows), lost: [] }
    },
  } satisfies Partial<Store>
}

async function* textOf(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of chunks)
    yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
}
