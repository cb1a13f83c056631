import { inject } from 'vitest'
import { startWireProxy } from './wire-proxy.ts'

export interface RefusingProxy {
  /** The same database, through this proxy. */
  urlOf(url: string): string
  /** From now on the statement at this position is refused once, with this SQLSTATE. */
  refuse(state: string, position: number): void
  hasRefused(): boolean
  close(): void
}

/** Stands before the Postgres of the tests. What begins, ends or listens is no statement that counts. */
export async function startRefusingProxy(): Promise<RefusingProxy> {
  let due = Number.POSITIVE_INFINITY
  let state = ''
  let hasRefused = false
  const proxy = await startWireProxy(inject('serverUrl'), ({ type, sql }) => {
    const isStatement = (type === 'Q' || type === 'P') && !/^(begin|commit|rollback|listen)/i.test(sql)
    if (!isStatement || due-- > 0) return undefined
    due = Number.POSITIVE_INFINITY
    hasRefused = true
    return { kind: 'refuse', state, reason: 'refused by the test' }
  })
  return {
    urlOf: proxy.urlOf,
    refuse: (given, position) => {
      due = position
      state = given
      hasRefused = false
    },
    hasRefused: () => hasRefused,
    close: proxy.close,
  }
}
