import type * as v from 'valibot'
import { explain } from '../../core/diagnosis/explain-workflow.ts'
import { readListed } from '../../core/diagnosis/read-listed.ts'
import { CliError } from '../../core/errors.ts'
import { readFilter } from '../../core/manage/read-filter.ts'
import { isAboutPresence, parseConditions } from '../../core/wait/condition.ts'
import { type WaitOptions, waitFor, waitForMatching } from '../../core/wait/wait-for.ts'
import { endedBadly } from '../../core/wait/waiting.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { isEnded, type WorkflowSummary } from '../../core/workflow.ts'
import { toExplanationJson } from '../../render/explain/explanation-json.ts'
import { toEventJson, toListedJson, toMessageJson, toStepJson, toWorkflowJson } from '../../render/to-json.ts'
import type { GatewayContext, GatewayParts } from '../gateway-parts.ts'
import { jsonResponse, pathParameter } from '../route.ts'
import { listQuery, matchQuery, noQuery, waitQuery } from './inputs.ts'
import { notFound, type Operation, readQuery } from './operation.ts'
import { decodePage, nextLink } from './paging.ts'
import { noWorkflow, requireWorkflow } from './require-workflow.ts'

const usualLimit = 100
const usualTimeout = '30s'
const longestTimeoutMs = 5 * 60_000

export function workflowOperations({ store, workflows, now, stopping }: GatewayParts): readonly Operation[] {
  const idOf = async (context: GatewayContext): Promise<string> => {
    readQuery(context, noQuery)
    const workflowId = pathParameter(context, 'id')
    await requireWorkflow(store, workflowId)
    return workflowId
  }
  const waitOptions = (context: GatewayContext, query: v.InferOutput<typeof waitQuery>): WaitOptions => ({
    timeoutMs: Math.min(longestTimeoutMs, parseDuration(query.timeout ?? usualTimeout)),
    signal: AbortSignal.any([context.req.raw.signal, stopping]),
    failOnInput: query.failOnInput,
  })
  const toRows = async (found: readonly WorkflowSummary[]) =>
    (await readListed(store, found)).map(toListedJson)
  return [
    {
      method: 'get',
      path: '/v1/workflows',
      summary:
        'Workflows, the newest first, and why each is where it is; the header Link names the next page',
      scope: 'read',
      query: listQuery,
      answer: { shape: 'Row', isList: true },
      handle: async (context) => {
        const { limit = usualLimit, order, after, ...typed } = readQuery(context, listQuery)
        const found = await store.list({
          ...readFilter(typed, now()),
          limit,
          order,
          ...(after !== undefined && { after: decodePage(after) }),
        })
        const link = found.length === limit ? nextLink(context, found.at(-1)) : undefined
        return jsonResponse(await toRows(found), 200, link === undefined ? {} : { Link: link })
      },
    },
    {
      method: 'get',
      path: '/v1/workflows/:id',
      summary: 'A workflow with its input, its result, and where it comes from',
      scope: 'read',
      answer: { shape: 'Workflow' },
      handle: async (context) => {
        readQuery(context, noQuery)
        const workflowId = pathParameter(context, 'id')
        const workflow = await store.get(workflowId)
        if (!workflow) throw noWorkflow(workflowId, 'GET /v1/workflows')
        return jsonResponse({ ...toWorkflowJson(workflow), ...(await store.lineage(workflowId)) })
      },
    },
    {
      method: 'get',
      path: '/v1/workflows/:id/steps',
      summary: 'Its recorded steps',
      scope: 'read',
      answer: { shape: 'Step', isList: true },
      handle: async (context) => jsonResponse((await store.steps(await idOf(context))).map(toStepJson)),
    },
    {
      method: 'get',
      path: '/v1/workflows/:id/events',
      summary: 'The latest value of each event',
      scope: 'read',
      answer: { shape: 'Event', isList: true },
      handle: async (context) => jsonResponse((await store.events(await idOf(context))).map(toEventJson)),
    },
    {
      method: 'get',
      path: '/v1/workflows/:id/events/:key',
      summary: 'The latest value of an event',
      scope: 'read',
      answer: { shape: 'Event' },
      handle: async (context) => {
        const key = pathParameter(context, 'key')
        const event = (await store.events(await idOf(context))).find((one) => one.key === key)
        if (!event) throw notFound('event-not-found', `It has not published an event "${key}".`)
        return jsonResponse(toEventJson(event))
      },
    },
    {
      method: 'get',
      path: '/v1/workflows/:id/messages',
      summary: 'What was sent to it, and which step read it',
      scope: 'read',
      answer: { shape: 'Message', isList: true },
      handle: async (context) => jsonResponse((await store.messages(await idOf(context))).map(toMessageJson)),
    },
    {
      method: 'get',
      path: '/v1/workflows/:id/children',
      summary: 'The workflows that it started',
      scope: 'read',
      answer: { shape: 'Row', isList: true },
      handle: async (context) => jsonResponse(await toRows(await store.children(await idOf(context)))),
    },
    {
      method: 'get',
      path: '/v1/workflows/:id/explain',
      summary: 'Why it is where it is',
      scope: 'read',
      answer: { shape: 'Explanation' },
      handle: async (context) => {
        const found = await explain(store, await idOf(context), { workflows })
        if (!found) throw notFound('workflow-not-found', 'It was deleted a moment ago.')
        const { own, isBeforeSdk5 } = store.database
        const surroundings = { own, isBeforeSdk5, app: undefined, databaseFlags: [], workflows }
        return jsonResponse(toExplanationJson(found, surroundings, now()))
      },
    },
    {
      method: 'get',
      path: '/v1/workflows/:id/result',
      summary: 'What it returned; 409 while it has not ended, and where it ended otherwise',
      scope: 'read',
      answer: { shape: 'Met' },
      handle: async (context) => {
        const workflow = await store.get(await idOf(context))
        if (!workflow) throw notFound('workflow-not-found', 'It was deleted a moment ago.')
        const { workflowId, status, output } = workflow
        if (!isEnded(status))
          throw new CliError('not-ended', `${workflowId} is ${status}; it has no result yet.`)
        if (status !== 'SUCCESS') throw endedBadly(workflow)
        return jsonResponse({ workflowId, value: output })
      },
    },
    {
      method: 'get',
      path: '/v1/workflows/:id/wait',
      summary: 'Answers once a condition holds; 408 after the time-out, 409 where it ended without',
      scope: 'read',
      query: waitQuery,
      answer: { shape: 'Met' },
      handle: async (context) => {
        const query = readQuery(context, waitQuery)
        const workflowId = pathParameter(context, 'id')
        const conditions = parseConditions(query.for ?? ['ended'])
        if (!conditions.some(isAboutPresence)) await requireWorkflow(store, workflowId)
        const value = await waitFor(store, workflowId, conditions, waitOptions(context, query))
        return jsonResponse({ workflowId, value })
      },
    },
    {
      method: 'get',
      path: '/v1/wait',
      summary:
        'The same for every workflow that a filter finds, or with for=created for the one that appears; each with what met it',
      scope: 'read',
      query: matchQuery,
      answer: { shape: 'Met', isList: true },
      handle: async (context) => {
        const query = readQuery(context, matchQuery)
        const { for: texts = ['ended'], any } = query
        const conditions = parseConditions(texts)
        const filter = readFilter(query, now())
        if (!filter) throw new CliError('usage', 'Say which workflows: name, attr, since, …')
        const options = { ...waitOptions(context, query), any }
        return jsonResponse(await waitForMatching(store, filter, conditions, options))
      },
    },
  ]
}
