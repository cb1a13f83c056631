import * as v from 'valibot'
import { CliError } from '../../core/errors.ts'
import { readFilter } from '../../core/manage/read-filter.ts'
import { command } from '../../core/words/command-line.ts'
import { parseStatuses } from '../../core/words/status.ts'
import { toExplanationJson } from '../../render/explain/explanation-json.ts'
import { type Tool, tool } from '../tool.ts'
import { count, input, key, offset, text, texts, workflowId } from './tool-inputs.ts'

const ago = 'such as 2026-01-31T12:00:00Z, or a duration ago such as 1h30m or 7d'

const longestWaitSeconds = 600

/** What changes nothing. */
export const readTools: readonly Tool[] = [
  tool({
    name: 'list',
    description:
      'Lists workflows, the newest first, each with its status, its error, and why it is where it is.',
    input: input({
      status: v.optional(
        texts('running, active, failed, dead, ended, or a status of DBOS such as ENQUEUED; any of them'),
      ),
      name: v.optional(texts('registered names; any of them')),
      queue: v.optional(texts('queues; any of them')),
      parent: v.optional(texts('ids of workflows that started them')),
      search: v.optional(texts('text somewhere in the input, the result or the error')),
      since: v.optional(text(`created since then: ${ago}`)),
      until: v.optional(text(`created before: ${ago}`)),
      endedSince: v.optional(text(`ended since then: ${ago}`)),
      limit: count(100, 20, 'how many'),
    }),
    call: (drover, { status, limit, ...typed }, { now }) =>
      drover.list({ ...readFilter({ ...typed, status: status?.flatMap(parseStatuses) }, now), limit }),
  }),
  tool({
    name: 'get',
    description:
      'Shows one workflow: input, result, error, where it comes from, its copies, and how it was enqueued.',
    input: input({ workflowId }),
    call: async (drover, { workflowId: id }) => {
      const found = await drover.get(id)
      if (found) return found
      throw new CliError('workflow-not-found', `There is no workflow "${id}" in ${drover.database.label}.`, {
        hint: command('list'),
      })
    },
  }),
  tool({
    name: 'steps',
    description: 'Lists the recorded steps of a workflow with their results and errors: the last of them.',
    input: input({ workflowId, last: count(500, 50, 'how many, of the last ones') }),
    call: async (drover, { workflowId: id, last }) => (await drover.steps(id)).slice(-last),
  }),
  tool({
    name: 'events',
    description: 'Lists the events that a workflow published, with the latest value of each key.',
    input: input({ workflowId }),
    call: (drover, { workflowId: id }) => drover.events(id),
  }),
  tool({
    name: 'messages',
    description: 'Lists what was sent to a workflow, and which step read it.',
    input: input({ workflowId }),
    call: (drover, { workflowId: id }) => drover.messages(id),
  }),
  tool({
    name: 'stream',
    description: 'Reads values of a stream of a workflow that are there now, with their offsets.',
    input: input({
      workflowId,
      key: key('the key of the stream'),
      from: v.optional(offset, 0),
      limit: count(1000, 100, 'how many values'),
    }),
    call: async (drover, { workflowId: id, key: name, from, limit }, { signal }) => {
      const values = []
      for await (const value of drover.streamValues(id, name, { from, signal })) {
        values.push(value)
        if (values.length === limit) break
      }
      return values
    },
  }),
  tool({
    name: 'explain',
    description:
      'Says why a workflow does not move: the cause, the evidence, and commands that fix it, for a person to decide on.',
    input: input({ workflowId }),
    call: async (drover, { workflowId: id }, { now, databaseFlags }) => {
      const { own, isBeforeSdk5 } = drover.database
      const surroundings = { own, isBeforeSdk5, app: undefined, databaseFlags }
      return toExplanationJson(await drover.explain(id), surroundings, now)
    },
  }),
  tool({
    name: 'inbox',
    description: 'Lists what waits for an answer of a person, the oldest first, with what was asked.',
    input: input({
      name: v.optional(texts('registered names of workflows; any of them')),
      limit: count(100, 20, 'how many'),
    }),
    call: (drover, query) => drover.inbox(query),
  }),
  tool({
    name: 'decisions',
    description: 'Lists who decided what, and who tried, the newest first.',
    input: input({ limit: count(100, 20, 'how many') }),
    call: (drover, query) => drover.decisions(query),
  }),
  tool({
    name: 'queues',
    description: 'Lists registered queues with their limits and how much is on them.',
    input: input({}),
    call: (drover) => drover.queues(),
  }),
  tool({
    name: 'wait',
    description:
      'Waits until a workflow has ended, or until conditions hold such as "message" (it asks), "event:progress>=50", "result.status=paid" or "status=SUCCESS"; gives what met the last.',
    input: input({
      workflowId,
      conditions: v.optional(texts('conditions that must all hold; ended unless they are given')),
      timeoutSeconds: count(longestWaitSeconds, 60, 'for so long'),
    }),
    // What is found out in time is told, instead of that the time is over.
    limitMs: ({ timeoutSeconds }) => (timeoutSeconds + 10) * 1000,
    call: (drover, { workflowId: id, conditions, timeoutSeconds }, { signal }) =>
      drover.wait(id, conditions?.length ? conditions : 'ended', {
        timeoutMs: timeoutSeconds * 1000,
        signal,
      }),
  }),
]
