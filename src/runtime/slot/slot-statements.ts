import type pg from 'pg'
import { type ExecutorIdentity, toIdentityComment } from '../../core/run/executor-protocol.ts'

/** Runs statements one after the other, each of which says whose connection this is to whoever looks at the sessions. */
export interface SlotStatements {
  run(sql: string, parameters?: readonly unknown[]): Promise<void>
}

export function createSlotStatements(client: pg.Client, identity: () => ExecutorIdentity): SlotStatements {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run: async (sql, parameters = []) => {
      const { executorId, schema, application, version } = identity()
      const comment = toIdentityComment({ executorId, schema, application, version })
      const turn = last.then(() => client.query(comment + sql, parameters.slice()))
      last = turn.catch(() => {})
      await turn
    },
  }
}
