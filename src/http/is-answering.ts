import type { Store } from '../core/store.ts'
import { timeoutSignal } from '../core/words/long-timer.ts'

const patienceMs = 1500

/** Whether the database answers within a second and a half. */
export async function isAnswering(store: Pick<Store, 'clock'>): Promise<boolean> {
  const late = timeoutSignal(patienceMs)
  const isLate = new Promise<boolean>((resolve) => {
    late.addEventListener('abort', () => resolve(false), { once: true })
  })
  const answers = store.clock().then(
    () => true,
    () => false,
  )
  return Promise.race([answers, isLate])
}
