import { nextWaitMs, withJitter } from '../../core/words/back-off.ts'
import { sleep } from '../../core/words/long-timer.ts'
import { toJsonLine } from '../../render/to-json.ts'
import { type Notification, postWebhook } from './webhook.ts'
import { readWebhookSecret } from './webhook-secret.ts'

export interface NotifyFlags {
  readonly notify?: readonly string[]
  readonly exec?: readonly string[]
}

interface Surroundings extends NotifyFlags {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readFile(path: string): Promise<string | undefined>
  writePrivate(path: string, text: string): Promise<void>
  /** Runs a line of the shell with this on its stdin. Its exit code; null where a signal ended it. */
  runShell(line: string, stdin: string): Promise<number | null>
  now(): Date
  readonly signal: AbortSignal
  onNotice(notice: string): void
}

export interface Notifier {
  /** Tells it to all that want to know, each of them once. Does not wait for them. */
  tell(notification: Notification): void
  /** Resolves once those who were told have taken it, or `signal` aborts. */
  settled(): Promise<void>
}

const retries = { firstMs: 1000, longestMs: 5 * 60_000 }
const giveUpAfterMs = 3_600_000

/** Undefined where nobody wants to know. Throws `invalid-configuration` for a secret that is none. */
export async function createNotifier(given: Surroundings): Promise<Notifier | undefined> {
  const { notify = [], exec = [], now, signal, onNotice } = given
  if (notify.length === 0 && exec.length === 0) return undefined
  const secret = notify.length > 0 ? await readWebhookSecret(given) : undefined
  const told = new Set<string>()
  const open = new Set<Promise<void>>()
  /** One after another, however many arrive at once. */
  let running = Promise.resolve()

  async function post(notification: Notification, url: string): Promise<void> {
    if (secret === undefined) return
    const endMs = now().getTime() + giveUpAfterMs
    let waitMs = 0
    while (!signal.aborted) {
      const failure = await postWebhook(notification, { url, secret, now, signal })
      if (failure === undefined || signal.aborted) return
      const { host } = new URL(url)
      if (waitMs === 0)
        onNotice(`${host} could not be notified of ${notification.id} (${failure}); drover keeps trying.`)
      if (now().getTime() > endMs)
        return onNotice(`${host} was not notified of ${notification.id}: ${failure}.`)
      waitMs = nextWaitMs(waitMs, retries)
      await sleep(withJitter(waitMs), signal)
    }
  }

  async function run(notification: Notification, line: string): Promise<void> {
    const { id, type, at, data } = notification
    const code = await given.runShell(line, `${toJsonLine({ id, type, timestamp: at, data })}\n`)
    if (code !== 0) onNotice(`The command of --exec ended with ${code ?? 'a signal'} for ${id}.`)
  }

  const keep = (work: Promise<void>): void => {
    open.add(work)
    void work.finally(() => open.delete(work))
  }

  return {
    tell: (notification) => {
      if (told.has(notification.id)) return
      told.add(notification.id)
      for (const url of notify) keep(post(notification, url))
      for (const line of exec) {
        running = running.then(() => run(notification, line)).catch((error: Error) => onNotice(error.message))
        keep(running)
      }
    },
    settled: async () => {
      await Promise.all(open)
    },
  }
}
