import type { RecoveredRow } from '../core/diagnosis/recovery.ts'
import type { RecoverRequest, RecoverStore } from '../core/recover/recover-finding.ts'
import { recoverRound } from '../core/recover/recover-round.ts'
import { sleep } from '../core/words/long-timer.ts'

export interface RecoverOptions extends RecoverRequest {
  /** It looks twice, so far apart: 3 seconds by default. */
  readonly graceMs?: number
}

/** As `drover recover`, once. Throws `sessions-hidden` where it cannot be told who lives. */
export async function recoverDead(
  store: RecoverStore,
  { graceMs = 3000, ...request }: RecoverOptions,
): Promise<readonly RecoveredRow[]> {
  const { signal } = new AbortController()
  const { rows } = await recoverRound(store, request, { graceMs, signal, sleep })
  return rows
}
