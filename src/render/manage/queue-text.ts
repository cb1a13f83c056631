import { internalQueue } from '../../core/dbos-names.ts'
import { escapeName } from '../text.ts'

/** The queue that nobody made is no queue to whoever looks at it. */
export function queueText(queue: string): string {
  return queue === internalQueue ? '(direct)' : escapeName(queue)
}
