import type { Session } from '../../src/db/connection/connect.ts'

interface PlanNode {
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly 'Temp Read Blocks': number
}

/** A session that counts the buffers of 8 kB which its statements touch, however often the machine is busy meanwhile. */
export function countBuffers(session: Session): { readonly session: Session; taken(): number } {
  let count = 0
  return {
    session: {
      ...session,
      query: async (sql, parameters) => {
        const [row] = await session.query(`explain (analyze, buffers, format json) ${sql}`, parameters)
        const plans = (row?.['QUERY PLAN'] ?? []) as readonly { readonly Plan: PlanNode }[]
        for (const { Plan: plan } of plans)
          count += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] + plan['Temp Read Blocks']
        return session.query(sql, parameters)
      },
    },
    taken: () => {
      const taken = count
      count = 0
      return taken
    },
  }
}
