import { CliError } from '../../../core/errors.ts'
import { readFilter } from '../../../core/manage/read-filter.ts'
import { describeFilter, type WorkflowFilter } from '../../../core/manage/workflow-filter.ts'
import type { FilterSpec, TargetSpec } from '../../../core/testing/schema/target-schema.ts'
import { type Lookup, substituteText, substituteValue } from '../../../core/testing/variables.ts'
import { parseStatus } from '../../../core/words/status.ts'
import type { JsonValue } from '../../../core/workflow.ts'
import { findExactWorkflow } from '../../../frame/workflow-ids.ts'
import { whyOver } from './await-conditions.ts'
import type { Running } from './world.ts'

const firstPauseMs = 100
const longestPauseMs = 1000

/** The id of a workflow that is there. A filter waits for one, and means the newest. Throws `workflow-not-found` for an unknown id. */
export async function findTarget(running: Running, target: TargetSpec, signal: AbortSignal): Promise<string> {
  const { world, lookup, tell } = running
  const { context, store } = world
  if (typeof target === 'string')
    return (await findExactWorkflow(context, store, substituteText(target, lookup))).workflowId
  const filter = toFilter(target, lookup, context.now())
  const what = `a workflow of ${describeFilter(filter)}`
  tell(`waits for ${what}`)
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    const [newest] = await store.list({ ...filter, limit: 1 })
    if (newest) return newest.workflowId
    await context.sleep(pauseMs, signal)
  }
  throw await whyOver(running, what, undefined)
}

/** Throws `invalid-argument` where it narrows nothing. */
function toFilter(spec: FilterSpec, lookup: Lookup, now: Date): WorkflowFilter {
  const { attr, status, appVersion, since, roots, hasParent, isFork, ...texts } = spec
  const several = (given: string | readonly string[] | undefined) =>
    given === undefined ? undefined : [given].flat().map((text) => substituteText(text, lookup))
  const typed = Object.fromEntries(Object.entries(texts).map(([key, given]) => [key, several(given)]))
  const filter = readFilter(
    {
      ...typed,
      ...{ roots, hasParent, isFork },
      version: several(appVersion),
      status: several(status)?.flatMap(parseStatus),
      since: since === undefined ? undefined : substituteText(since, lookup),
    },
    now,
  )
  const attributes = attr && (substituteValue(attr as JsonValue, lookup) as WorkflowFilter['attributes'])
  if (filter || attributes) return { ...filter, ...(attributes && { attributes }) }
  throw new CliError('invalid-argument', 'The filter names nothing that narrows it.', {
    hint: 'attach: { name: checkout, since: 1m }',
  })
}
