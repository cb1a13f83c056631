import { askPrefix, dbosStep } from '../../core/dbos-names.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowEvents } from '../tables/workflow-events.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'

/** What DBOS's serializations make of null: a question that was taken back. */
export const nullValues = `'null', '{"json":null}', '{"json":null,"__dbos_serializer":"superjson"}'`

/**
 * Tables of a `with`, the last of which is `open_waits (id, name, step, key, value, serialization, since)`: one row for each
 * wait of the workflows that `active` selects as `id`, `name` and `createdAt`, and that table is `active`.
 *
 * `selectWaits` explains how waits are told. What belongs to the active workflows is found by an array of their ids, in one
 * pass over an index and in the index alone: the step that waits leaves a gap there. `offset 0` keeps Postgres from joining
 * the other way round, which reads every step there is. The row of a timeout, in its table, is read only for what nothing asked.
 */
export function selectOpenWaits(schema: SystemSchema, active: string): string {
  const e = workflowEvents.in(schema, 'e')
  const h = workflowEventsHistory.in(schema, 'h')
  const o = operationOutputs.in(schema, 'o')
  const r = operationOutputs.in(schema, 'r')
  const t = operationOutputs.in(schema, 't')
  return `active as materialized (${active}),
    ids as materialized (select array(select id from active) as ids),
    asking as materialized (
      select ${e.workflowId} as id, ${e.key} from ${e}
      where ${e.workflowId} = any((select ids from ids)::text[]) and ${e.key} like '${askPrefix}%'
    ),
    gaps as materialized (
      select id, step, before from (
        select ${o.workflowId} as id, ${o.step} as step,
          lag(${o.step}, 1, -1) over (partition by ${o.workflowId} order by ${o.step}) as before
        from ${o} where ${o.workflowId} = any((select ids from ids)::text[])
      ) steps where step > 0 and before < step - 1
    ),
    asked as materialized (
      select a.id, a.name, ${h.step} + 1 as step, asking.key, ${h.value}, ${h.serialization},
        coalesce(${o.completedAt}, a."createdAt") as since
      from asking join active a on a.id = asking.id
      join lateral (
        select ${h.step}, ${h.value}, ${h.serialization} from ${h}
        where ${h.workflowId} = a.id and ${h.key} = asking.key order by ${h.step} desc limit 1
      ) h on true
      left join ${o} on ${o.workflowId} = a.id and ${o.step} = ${h.step}
      where ${h.value} not in (${nullValues})
        and ((a.id, ${h.step}) in (select id, before from gaps)
          or not exists (select 1 from ${r} where ${r.workflowId} = a.id and ${r.step} = ${h.step} + 1))
    ),
    inferred as (
      select a.id, a.name, gaps.step - 1 as step, null::text as key, null::text as value,
        null::text as serialization, ${t.startedAt} as since
      from gaps join active a on a.id = gaps.id
      cross join lateral (
        select ${t.startedAt} from ${t}
        where ${t.workflowId} = gaps.id and ${t.step} = gaps.step and ${t.name} = '${dbosStep.sleep}'
          and ${t.startedAt} = ${t.completedAt}
        offset 0
      ) t
      where (gaps.id, gaps.step - 1) not in (select id, step from asked)
    ),
    open_waits as (
      select distinct on (id, step) * from (select * from asked union all select * from inferred) waits
      order by id, step, key nulls last
    )`
}
