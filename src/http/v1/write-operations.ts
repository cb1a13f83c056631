import { randomUUID } from 'node:crypto'
import type { InferOutput } from 'valibot'
import { submitMessage } from '../../core/decide/submit-message.ts'
import type { StartRequest } from '../../core/run/start.ts'
import { portableArguments } from '../../core/run/start-or-attach.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { requireWorkflowId } from '../../core/words/workflow-id.ts'
import type { JsonValue } from '../../core/workflow.ts'
import { toWorkflowJson } from '../../render/to-json.ts'
import { signedStore } from '../answer/signed-store.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { jsonResponse, pathParameter } from '../route.ts'
import { startPlanned } from '../start-planned.ts'
import { messageBody, startBody } from './inputs.ts'
import { notFound, type Operation, readBody } from './operation.ts'

export function writeOperations(parts: GatewayParts): readonly Operation[] {
  const { store } = parts
  return [
    {
      method: 'post',
      path: '/v1/workflows',
      summary: 'Enqueues a workflow: 201; an active one under that id that is the same call: 200; else 409',
      scope: 'start',
      body: startBody,
      answer: { shape: 'Workflow', status: 201 },
      handle: async (context) => {
        const body = await readBody(context, startBody)
        const workflowId = body.id === undefined ? randomUUID() : requireWorkflowId(body.id)
        const started = await startPlanned(
          parts,
          {
            name: body.name,
            args: (body.args ?? []) as readonly JsonValue[],
            workflowId,
            className: body.class,
            instance: body.instance,
            queue: body.queue,
            application: body.application,
            version: body.version,
            options: toOptions(body),
          },
          body.ifExists,
        )
        const workflow = await store.get(started.workflowId)
        if (!workflow) throw notFound('workflow-not-found', 'It was deleted a moment ago.')
        const lineage = await store.lineage(started.workflowId)
        const location = `/v1/workflows/${encodeURIComponent(started.workflowId)}`
        return jsonResponse({ ...toWorkflowJson(workflow), ...lineage }, started.attachedTo ? 200 : 201, {
          Location: location,
        })
      },
    },
    {
      method: 'post',
      path: '/v1/workflows/:id/messages',
      summary: 'Sends a message; under the same Idempotency-Key once',
      scope: 'answer',
      body: messageBody,
      answer: { shape: 'Sent' },
      handle: async (context) => {
        const workflowId = pathParameter(context, 'id')
        const { topic = null, portable, ...body } = await readBody(context, messageBody)
        const message = body.message as JsonValue
        const idempotencyKey = context.req.header('Idempotency-Key')
        const outcome = await submitMessage(signedStore(parts, context), {
          ...{ workflowId, topic, message, idempotencyKey, portable },
        })
        return jsonResponse({ workflowId, topic, message, outcome })
      },
    },
  ]
}

function toOptions(body: InferOutput<typeof startBody>): Partial<StartRequest> {
  const { priority, delay, timeout, deduplicationId, attributes, partition, namedArgs, messages } = body
  return {
    ...(priority !== undefined && { priority }),
    ...(delay !== undefined && { delayMs: parseDuration(delay) }),
    ...(timeout !== undefined && { timeoutMs: parseDuration(timeout) }),
    ...(deduplicationId !== undefined && { deduplicationId }),
    ...(attributes !== undefined && { attributes: attributes as Record<string, JsonValue> }),
    ...(partition !== undefined && { partition }),
    ...(body.portable && portableArguments),
    ...(namedArgs !== undefined && { namedArgs: namedArgs as Record<string, JsonValue> }),
    ...(messages && {
      messages: messages.map(({ topic = null, message }) => ({ topic, message: message as JsonValue })),
    }),
  }
}
