import { dbosStep } from '../../../core/dbos-names.ts'
import type { Situation } from '../../../core/diagnosis/situation.ts'
import type { WorkflowOrigin } from '../../../core/run/start.ts'
import type { WorkflowSummary } from '../../../core/workflow.ts'
import { notifications } from '../../tables/notifications.ts'
import { operationOutputs } from '../../tables/operation-outputs.ts'
import { toText, toTopic } from '../../tables/rows.ts'
import type { Database } from '../../tables/system-database.ts'
import { originWords, toOrigin } from '../../tables/workflow-status.ts'
import { selectNewestOfNames } from '../newest-of-name.ts'

/** Of one name: enough to know how it runs. */
const recentOfName = 30

type Named = Pick<WorkflowSummary, 'workflowId' | 'name'>

/** How others of the name of each ran that ended by themselves or recorded a step: somebody knew the name. */
export async function readProvenOrigins(
  database: Database,
  workflows: readonly Named[],
): Promise<(workflowId: string) => readonly WorkflowOrigin[]> {
  if (workflows.length === 0) return () => []
  const o = operationOutputs.in(database.schema, 'o')
  const recent = await selectNewestOfNames(
    database,
    ['className', 'configName', 'queue', 'application', 'id', 'status'],
    recentOfName,
  )
  const names = workflows.map(({ name }) => name)
  const rows = await database.session.query(
    `with proven as materialized (
       select * from (${recent}) recent
       -- Where it were an exists, Postgres might read every step there is to answer it.
       where status in ('SUCCESS', 'ERROR') or (select true from ${o} where ${o.workflowId} = recent.id limit 1)
     )
     select own.id as of, ${originWords} from unnest($2::text[], $3::text[]) as own(id, name)
     join proven on proven.wanted = own.name and proven.id <> own.id
     group by 1, 2, 3, 4, 5 order by max("createdAt") desc`,
    [[...new Set(names)], workflows.map(({ workflowId }) => workflowId), names],
  )
  const found = new Map<string, WorkflowOrigin[]>(workflows.map(({ workflowId }) => [workflowId, []]))
  for (const row of rows) found.get(String(row.of))?.push(toOrigin(row))
  return (workflowId) => found.get(workflowId) ?? []
}

/** Where workflows of a name wait and did not ask. */
interface SilentPlace {
  readonly name: string
  readonly step: number
}

/** What earlier runs of a name did at the step where one waits and did not ask. */
export async function readLearned(
  database: Database,
  places: readonly SilentPlace[],
): Promise<(place: SilentPlace) => Situation['learned']> {
  if (places.length === 0) return () => null
  const n = notifications.in(database.schema, 'n')
  const o = operationOutputs.in(database.schema, 'o')
  const recent = await selectNewestOfNames(database, ['id'], recentOfName)
  const distinct = [...new Map(places.map((place) => [keyOf(place), place])).values()]
  // Who waits there has not recorded that step.
  const rows = await database.session.query(
    `with recent as materialized (${recent})
     select place.name, place.step, latest.* from unnest($2::text[], $3::int[]) as place(name, step)
     cross join lateral (
       select done.* from (select id from recent where wanted = place.name order by "createdAt" desc) run
       cross join lateral (
         select ${o.name} as call, ${n.topic} as topic from ${o}
         left join ${n} on ${n.workflowId} = ${o.workflowId} and ${n.readByStep} = ${o.step}
         where ${o.workflowId} = run.id and ${o.step} = place.step
           and (${o.name} = '${dbosStep.getEvent}' or (${o.name} = '${dbosStep.recv}' and ${n.topic} is not null))
         offset 0
       ) done
       limit 1
     ) latest`,
    [
      [...new Set(distinct.map(({ name }) => name))],
      distinct.map(({ name }) => name),
      distinct.map(({ step }) => step),
    ],
  )
  const found = new Map(
    rows.map((row) => {
      const place = { name: String(row.name), step: Number(row.step) }
      const topic = toText(row.topic)
      return [
        keyOf(place),
        { step: place.step, call: String(row.call), topic: topic === null ? null : toTopic(topic) },
      ] as const
    }),
  )
  return (place) => found.get(keyOf(place)) ?? null
}

function keyOf({ name, step }: SilentPlace): string {
  return JSON.stringify([name, step])
}
