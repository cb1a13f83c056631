import { CliError } from '../../core/errors.ts'
import type { WorkflowSummary } from '../../core/workflow.ts'
import type { GatewayContext } from '../gateway-parts.ts'

type Place = Pick<WorkflowSummary, 'workflowId' | 'createdAt'>

/** `Link: <…>; rel="next"`: the same query, right after the last of this page. */
export function nextLink({ req }: GatewayContext, last: Place | undefined): string | undefined {
  if (!last) return undefined
  const { pathname, searchParams } = new URL(req.url)
  const after = [last.createdAt.toISOString(), last.workflowId]
  searchParams.set('after', Buffer.from(JSON.stringify(after)).toString('base64url'))
  return `<${pathname}?${searchParams}>; rel="next"`
}

/** Throws `invalid-argument` for what `nextLink` did not make. */
export function decodePage(text: string): Place {
  try {
    const [createdAt, workflowId] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    const date = new Date(createdAt)
    if (typeof workflowId === 'string' && typeof createdAt === 'string' && !Number.isNaN(date.getTime()))
      return { workflowId, createdAt: date }
  } catch {
    // Whatever it is, it is not one of ours.
  }
  throw new CliError('invalid-argument', 'The after is not one of a link to a next page.', {
    hint: 'take it from the header Link',
  })
}
