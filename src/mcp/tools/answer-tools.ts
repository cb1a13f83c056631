import * as v from 'valibot'
import type { JsonValue } from '../../core/workflow.ts'
import { type Tool, tool } from '../tool.ts'
import { flag, input, json, key, text, workflowId } from './tool-inputs.ts'

const decision = {
  wait: key('ID#STEP as the inbox has it, or the id of a workflow with one open wait'),
  as: key('the person who took this decision and told you so; never you'),
  data: v.optional(json('what to send in place of the standard answer')),
  topic: v.optional(text('the topic, where it is not known')),
}

const asked = 'Only when the user asked for this very decision.'

/** What tells a workflow something. */
export const answerTools: readonly Tool[] = [
  tool({
    name: 'approve',
    description: `Approves what a workflow waits for, once. ${asked}`,
    allowance: 'answer',
    input: input({ ...decision, comment: v.optional(text('why, for the record')) }),
    call: (drover, { wait, data, ...options }) =>
      drover.approve(wait, { ...options, data: data as JsonValue | undefined }),
  }),
  tool({
    name: 'reject',
    description: `Rejects what a workflow waits for, once. ${asked}`,
    allowance: 'answer',
    input: input({ ...decision, comment: key('why, for the record and for the workflow') }),
    call: (drover, { wait, data, ...options }) =>
      drover.reject(wait, { ...options, data: data as JsonValue | undefined }),
  }),
  tool({
    name: 'send',
    description: 'Sends a message to a workflow on a topic. Only when the user asked for it.',
    allowance: 'answer',
    input: input({
      workflowId,
      message: json('the message'),
      topic: v.optional(text('the topic that it receives on; none unless it is given')),
      idempotencyKey: v.optional(key('the same message again under this key is not sent twice')),
      force: v.optional(flag('also when the workflow has ended')),
    }),
    call: async (drover, { workflowId: id, message, ...options }) => ({
      workflowId: id,
      outcome: await drover.send(id, message as JsonValue, options),
    }),
  }),
]
