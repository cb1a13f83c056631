import { command, type Phrase, phrase } from '../../../core/words/command-line.ts'
import type { StreamValue, Workflow, WorkflowStatus } from '../../../core/workflow.ts'

/** How far a stream was printed. */
export interface Progress {
  readonly count: number
  readonly nextOffset: number
}

/** Why there is no more: it was closed, the workflow ended before that, or we left. */
export type Ending =
  | { readonly reason: 'closed' }
  | { readonly reason: 'ended'; readonly status: WorkflowStatus }
  | { readonly reason: 'open'; readonly why?: string }

export function startOf(key: string, starts: ReadonlyMap<string, number>): Progress {
  return { count: 0, nextOffset: starts.get(key) ?? 0 }
}

export function advance(
  { count, nextOffset }: Progress,
  values: readonly Pick<StreamValue, 'offset'>[],
): Progress {
  return { count: count + values.length, nextOffset: (values.at(-1)?.offset ?? nextOffset - 1) + 1 }
}

/** One line for the end: how many values, how it stands, and from which offset it would go on. */
export function describeEnd(
  { workflowId }: Workflow,
  key: string,
  { count, nextOffset }: Progress,
  ending: Ending,
): Phrase {
  const values = `${key}: ${count === 1 ? '1 value' : `${count} values`}`
  switch (ending.reason) {
    case 'closed':
      return `${values}, closed (next offset ${nextOffset})`
    case 'ended':
      return `${values}, not closed: ${workflowId} ended ${ending.status} (next offset ${nextOffset})`
    case 'open': {
      const goOn = command('stream', [workflowId, key], { '--follow': true, '--from': nextOffset })
      return phrase`${values} so far${ending.why ? `, ${ending.why}` : ''}; to go on: ${goOn}`
    }
    default:
      return ending satisfies never
  }
}
