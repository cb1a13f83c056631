import type { Finding } from '../../core/diagnosis/checkup.ts'
import { command, type Phrase } from '../../core/words/command-line.ts'
import { escapeName } from '../text.ts'
import { formatAge } from '../time-text.ts'

/** Of a queue that is paused, or was until a worker restarted. */
export function describePause(
  { queue, pause }: Extract<Finding, { check: 'pauses' }>,
  now: Date,
): [message: string, fix: Phrase] {
  const name = escapeName(queue.name)
  const when = pause.since === null ? 'is paused' : `was paused ${formatAge(pause.since, now)}`
  if (pause.isOver) {
    return [
      `the queue ${name} was paused, and a worker that restarted ended that: it is taken from`,
      command('queues pause', [queue.name]),
    ]
  }
  return [
    `the queue ${name} ${when}${pause.isGuarded ? '' : ', until a worker restarts'}; waiting there: ${queue.enqueued}`,
    command('queues resume', [queue.name]),
  ]
}
