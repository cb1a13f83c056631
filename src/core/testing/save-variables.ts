import { parseQuery } from '../wait/query.ts'
import type { JsonValue } from '../workflow.ts'
import { type Evidence, type Part, parts } from './gather-evidence.ts'
import { toPlain } from './to-plain.ts'

type Expressions = Readonly<Record<string, string>>

/** What has to be read for what these look at. */
export function partsSaved(save: Expressions): ReadonlySet<Part> {
  const text = Object.values(save).join('\n')
  return new Set(parts.filter((part) => new RegExp(`\\b${part}\\b`).test(text)))
}

/** Variables by name: each is what JMESPath finds in what came of the workflow. Throws `invalid-argument`. */
export async function saveVariables(
  save: Expressions,
  { workflow, events, streams, steps, messages, children }: Evidence,
): Promise<Readonly<Record<string, JsonValue>>> {
  const { workflowId, status, output: result, error } = workflow
  const whole = toPlain({
    ...{ workflowId, status, result, error, steps, messages, children },
    events: Object.fromEntries(events),
    streams: Object.fromEntries([...streams].map(([key, { values }]) => [key, values])),
  })
  const saved: Record<string, JsonValue> = {}
  for (const [name, expression] of Object.entries(save)) saved[name] = (await parseQuery(expression))(whole)
  return saved
}
