import type { Store } from '../../src/core/store.ts'

/** All that an export of these workflows is. */
export async function readExport(
  store: Pick<Store, 'exportWorkflows'>,
  workflowIds: readonly string[],
  payloads = true,
): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of store.exportWorkflows({ workflowIds, payloads })) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}
