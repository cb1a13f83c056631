import { answerWait } from '../../core/decide/answer-wait.ts'
import { createWaitKnowledge } from '../../core/decide/known-waits.ts'
import { CliError } from '../../core/errors.ts'
import { parseTime } from '../../core/words/time.ts'
import type { JsonValue } from '../../core/workflow.ts'
import { toRecordedDecisionJson, toWaitJson } from '../../render/to-json.ts'
import { actorOf } from '../answer/actor.ts'
import { findKnownWait } from '../answer/find-known-wait.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { jsonResponse, pathParameter } from '../route.ts'
import { decisionBody, decisionsQuery, inboxQuery, noQuery } from './inputs.ts'
import { type Operation, readBody, readQuery } from './operation.ts'
import { getAsked } from './require-workflow.ts'

export function waitOperations(parts: GatewayParts): readonly Operation[] {
  const { store, workflows, now } = parts
  return [
    {
      method: 'get',
      path: '/v1/inbox',
      summary: 'What waits for an answer, the oldest first',
      scope: 'read',
      query: inboxQuery,
      answer: { shape: 'Wait', isList: true },
      handle: async (context) => {
        const { name, topic, limit } = readQuery(context, inboxQuery)
        const { waits } = await store.inbox({ name, ...(topic === undefined && { limit }) })
        const known = await createWaitKnowledge(store, workflows)(waits)
        const wanted = topic === undefined ? known : known.filter((wait) => topic.includes(wait.topic ?? ''))
        return jsonResponse(wanted.slice(0, limit).map(toWaitJson))
      },
    },
    {
      method: 'get',
      path: '/v1/waits/:wait',
      summary: 'A wait, ID#STEP with # as %23; also one that is over',
      scope: 'read',
      answer: { shape: 'Wait' },
      handle: async (context) => {
        readQuery(context, noQuery)
        return jsonResponse(toWaitJson(await findKnownWait(parts, pathParameter(context, 'wait'))))
      },
    },
    {
      method: 'post',
      path: '/v1/waits/:wait',
      summary: 'Decides it, once: 200 stored or repeated, 409 with what came first',
      scope: 'answer',
      body: decisionBody,
      answer: { shape: 'Decision' },
      handle: async (context) => {
        const { decision, comment, data, topic, by } = await readBody(context, decisionBody)
        if (decision === 'rejected' && !comment) {
          throw new CliError('usage', 'A rejection needs a reason.', { hint: '"comment": "…"' })
        }
        const actor = actorOf(context, parts, by)
        const answer = {
          verdict: decision,
          comment: comment ?? null,
          message: data as JsonValue | undefined,
          topic,
          actor,
        }
        const find = (id: string) => getAsked(parts.store, id)
        const typed = pathParameter(context, 'wait')
        const { wait, ...decided } = await answerWait(parts.store, parts, typed, answer, find)
        const { workflowId, step } = wait
        const { outcome, at } = decided
        return jsonResponse({
          workflowId,
          step,
          topic: decided.topic,
          decision,
          by: decided.by,
          comment: decided.comment,
          outcome,
          at,
          readByStep: null,
          status: null,
        })
      },
    },
    {
      method: 'get',
      path: '/v1/decisions',
      summary: 'Who decided what, and who tried, the newest first',
      scope: 'read',
      query: decisionsQuery,
      answer: { shape: 'Record', isList: true },
      handle: async (context) => {
        const { workflow, actor, since, limit = 100 } = readQuery(context, decisionsQuery)
        const from = since === undefined ? undefined : parseTime(since, now())
        const found = await store.decisions({ workflowId: workflow, actor, from, limit })
        return jsonResponse(found.map(toRecordedDecisionJson))
      },
    },
  ]
}
