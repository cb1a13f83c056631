import { inject } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import type { TestDatabase } from './database.ts'
import { startWireProxy } from './wire-proxy.ts'

/** A second operator, who can be stopped between two of the statements of one action. */
export interface SlowOperator {
  readonly store: Store
  /**
   * Begins `action`, and stops it before the first statement that matches; then `meanwhile` happens, to its end, and the
   * action goes on. Resolves to what became of it.
   */
  race<Answer>(
    statement: RegExp,
    action: (store: Store) => Promise<Answer>,
    meanwhile: () => Promise<unknown>,
  ): Promise<Answer>
  close(): Promise<void>
}

interface Gate {
  readonly statement: RegExp
  readonly opened: Promise<void>
  arrive(): void
}

export async function openSlowOperator(database: TestDatabase): Promise<SlowOperator> {
  let gate: Gate | undefined
  const proxy = await startWireProxy(inject('serverUrl'), ({ sql }) => {
    if (!gate?.statement.test(sql)) return undefined
    const { opened, arrive } = gate
    gate = undefined
    arrive()
    return { kind: 'hold', until: opened }
  })
  const target = { ...database.target, url: proxy.urlOf(database.target.url) }
  // A machine may stop while it is stopped.
  const store = await openStore(target, { querySilenceMs: Number.POSITIVE_INFINITY })
  return {
    store,
    race: async (statement, action, meanwhile) => {
      let open = (): void => {}
      const opened = new Promise<void>((resolve) => {
        open = resolve
      })
      try {
        const stopped = new Promise<void>((resolve) => {
          gate = { statement, opened, arrive: resolve }
        })
        const acted = action(store)
        const first = await Promise.race([stopped.then(() => 'stopped'), acted.then(() => 'ended')])
        if (first === 'ended') throw new Error(`no statement of it was like ${statement}`)
        await meanwhile()
        open()
        return await acted
      } finally {
        open()
        gate = undefined
      }
    },
    close: async () => {
      await store.close()
      proxy.close()
    },
  }
}
