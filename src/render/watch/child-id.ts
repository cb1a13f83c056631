import { escapeName, shortId } from '../text.ts'

/** DBOS names a child after its parent: only what is added tells it from the others. */
export function idBelow(parentId: string | null, workflowId: string): string {
  return parentId !== null && workflowId.startsWith(parentId)
    ? `…${escapeName(workflowId.slice(parentId.length))}`
    : shortId(workflowId)
}
