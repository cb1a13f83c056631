import { createHash } from 'node:crypto'
import type { KnownWait } from '../../core/decide/known-waits.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { openingKey } from '../../core/links/answer-link.ts'
import { toWaitJson } from '../../render/to-json.ts'
import { waitPath } from '../pages/page-parts.ts'
import type { Notification } from './webhook.ts'

/** That a wait arrived, with its question and its page: told again it has the same id, rewound another one. */
export function waitNotification(wait: KnownWait, at: Date, publicUrl: string | undefined): Notification {
  const id = `wait_${createHash('sha256').update(openingKey(wait)).digest('base64url').slice(0, 22)}`
  const link = publicUrl === undefined ? null : `${publicUrl.replace(/\/$/, '')}${waitPath(waitId(wait))}`
  return { id, type: 'wait.arrived', at, data: { wait: toWaitJson(wait), link } }
}
