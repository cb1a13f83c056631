import { HttpRefusal } from '../failure-response.ts'

export interface RateLimit {
  /** Counts one of `who`. Throws 429 with `Retry-After` where that is too much. */
  take(who: string): void
  /** Throws 429 where nothing is left, and counts nothing. */
  require(who: string): void
}

const windowMs = 60_000
/** Addresses are many; the oldest are forgotten first. */
const mostKept = 10_000

/** At most so many a minute for each who. */
export function createRateLimit(perMinute: number, now: () => Date, what: string): RateLimit {
  const timesByWho = new Map<string, number[]>()

  const recent = (who: string): number[] => {
    const since = now().getTime() - windowMs
    return (timesByWho.get(who) ?? []).filter((time) => time > since)
  }
  const require = (who: string): void => {
    const times = recent(who)
    if (times.length < perMinute) return
    const waitMs = (times[times.length - perMinute] ?? 0) + windowMs - now().getTime()
    const seconds = Math.max(1, Math.ceil(waitMs / 1000))
    throw new HttpRefusal(429, 'too-many-requests', `Too many ${what}: ${perMinute} a minute are allowed.`, {
      hint: `try again in ${seconds} s`,
      headers: { 'Retry-After': String(seconds) },
    })
  }

  return {
    require,
    take: (who) => {
      require(who)
      const times = [...recent(who), now().getTime()]
      timesByWho.delete(who)
      timesByWho.set(who, times)
      if (timesByWho.size <= mostKept) return
      const [oldest] = timesByWho.keys()
      if (oldest !== undefined) timesByWho.delete(oldest)
    },
  }
}
