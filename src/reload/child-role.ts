import type { ReloadedProcess, ReloadOrder } from '../core/run/reload.ts'
import { reloadReason } from '../core/run/reload.ts'

/** Where a process finds its order. */
export const orderVariable = 'DROVER_RELOAD_ORDER'
/** What it is told when it shall make room. */
export const makeRoomMessage = 'drover:make-room'

/** How it says what it loaded, and how far it is: `{ 'drover:reload': [kind, text] }`. */
export const reportKey = 'drover:reload'

interface ChildRole extends ReloadedProcess {
  reportFile(file: string): void
}

/**
 * The part of this process where another one of drover's started it to start it again; undefined elsewhere. What comes
 * from there ends it through `interrupts`, as does the end of that process. Leaves no trace in the environment.
 */
export function takeChildRole(interrupts: AbortController): ChildRole | undefined {
  const text = process.env[orderVariable]
  delete process.env[orderVariable]
  if (text === undefined || process.send === undefined) return undefined
  const order: ReloadOrder = JSON.parse(text)
  process.on('message', (message) => {
    if (message === makeRoomMessage) interrupts.abort(reloadReason)
  })
  process.on('disconnect', () => interrupts.abort('SIGTERM'))
  // Whether it goes on is the application's affair, not that of who listens to it.
  process.channel?.unref()
  const send = (kind: string, what: string) =>
    new Promise<void>((resolve) => {
      // Nobody listens any more where it fails.
      if (!process.connected) resolve()
      else process.send?.({ [reportKey]: [kind, what] }, undefined, undefined, () => resolve())
    })
  return {
    order,
    report: (stage) => send('stage', stage),
    reportFile: (file) => void send('file', file),
  }
}
