import { createHmac } from 'node:crypto'
import { stringifyExact } from '../../core/words/exact-number.ts'

export interface Notification {
  /** The same whenever the same is told again. */
  readonly id: string
  readonly type: string
  readonly at: Date
  readonly data: object
}

interface Target {
  readonly url: string
  readonly secret: Buffer
  readonly now: () => Date
  readonly signal: AbortSignal
}

const patienceMs = 10_000

/** Undefined when it was taken, else why not. Signed as standardwebhooks.com says. */
export async function postWebhook(
  { id, type, at, data }: Notification,
  { url, secret, now, signal }: Target,
): Promise<string | undefined> {
  const body = stringifyExact({ type, timestamp: at, data })
  const timestamp = String(Math.floor(now().getTime() / 1000))
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')
  const { place, authorization } = splitUrl(url)
  try {
    const response = await fetch(place, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      headers: {
        'Content-Type': 'application/json',
        ...authorization,
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
    })
    await response.body?.cancel()
    return response.ok ? undefined : `it answered ${response.status}`
  } catch (error) {
    const { cause, message } = error as Error
    return cause instanceof Error ? cause.message : message
  }
}

/** A name and a password in a URL are no part of the place: `fetch` refuses them, with all of it in its words. */
function splitUrl(url: string): { readonly place: URL; readonly authorization: Record<string, string> } {
  const place = new URL(url)
  const { username, password } = place
  if (username === '' && password === '') return { place, authorization: {} }
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  place.username = ''
  place.password = ''
  return { place, authorization: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } }
}
