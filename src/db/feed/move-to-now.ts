import type { FollowOptions } from '../../core/store.ts'
import { retryWhileDisconnected } from '../connection/retry-while-disconnected.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { FeedDatabase } from './feed-database.ts'
import { type Position, passStep } from './position.ts'

/** What is missing further back than this is not waited for. */
const lookedBack = 1000

/** Past every step and message that is there, however many they are. */
export async function moveToNow(
  { session, schema, timing }: FeedDatabase,
  positions: ReadonlyMap<string, Position>,
  options: Pick<FollowOptions, 'signal' | 'onNotice'>,
): Promise<void> {
  const o = operationOutputs.in(schema, 'o')
  const sql = `select f.id, s.step, s.name, (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms
    from unnest($1::text[]) as f(id) left join lateral (
      select ${o.step} as step, ${o.name} as name from ${o}
      where ${o.workflowId} = f.id order by ${o.step} desc limit ${lookedBack}
    ) s on true order by f.id, s.step`
  const ids = [...positions.keys()]
  const rows = await retryWhileDisconnected(session, timing, options, () => session.query(sql, [ids]))
  const begun = new Set<Position>()
  for (const row of rows ?? []) {
    const position = positions.get(String(row.id))
    if (!position) continue
    position.settledMs = Number(row.now_ms)
    if (row.step === null) continue
    const step = Number(row.step)
    // Where all are there, what is missing before the first one is known to be missing.
    if (!begun.has(position)) position.high = step >= lookedBack ? step - 1 : -1
    begun.add(position)
    passStep(position, step, String(row.name))
  }
}
