import * as v from 'valibot'
import type { JsonValue } from '../../core/workflow.ts'
import { type Tool, tool } from '../tool.ts'
import { input, json, key, text, workflowIds } from './tool-inputs.ts'

const asked = 'Only when the user asked for it.'

const fromStep = {
  workflowIds,
  from: v.union([v.number(), v.string()], 'must be the number or the name of a step, "failed" or "last"'),
  queue: v.optional(text('the queue to put them on; own for the one where they ran')),
  version: v.optional(text('the version that shall run them, or latest')),
}

/** What lets workflows run, or keeps them from it. */
export const changeTools: readonly Tool[] = [
  tool({
    name: 'start',
    description: `Enqueues a workflow for a worker elsewhere, and gives its id. The same again under one id attaches to what runs. ${asked}`,
    allowance: 'start',
    input: input({
      name: key('the registered name'),
      args: v.optional(v.array(json('an argument'), 'must be a list of arguments')),
      workflowId: v.optional(key('the id to give it')),
      queue: v.optional(text('the queue; as this name ran before unless it is given')),
      application: v.optional(text('the application; the same')),
      version: v.optional(text('the version; the same')),
    }),
    call: async (drover, { name, args, ...options }) => ({
      workflowId: await drover.start(name, (args ?? []) as readonly JsonValue[], options),
    }),
  }),
  tool({
    name: 'cancel',
    description: `Cancels workflows, but not what they started; resume lets them go on. ${asked}`,
    allowance: 'manage',
    input: input({ workflowIds }),
    call: (drover, { workflowIds: ids }) => drover.cancel(ids),
  }),
  tool({
    name: 'resume',
    description: `Lets cancelled and dead workflows go on. ${asked}`,
    allowance: 'manage',
    input: input({ workflowIds }),
    call: (drover, { workflowIds: ids }) => drover.resume(ids),
  }),
  tool({
    name: 'fork',
    description: `Runs workflows again from a step, as copies; the old ones stay as they are. ${asked}`,
    allowance: 'manage',
    input: input(fromStep),
    call: (drover, { workflowIds: ids, ...options }) => drover.fork(ids, options),
  }),
  tool({
    name: 'rewind',
    description: `Runs ended workflows again from a step in place, and throws away what was recorded from there on; prefer fork. ${asked}`,
    allowance: 'manage',
    isDestructive: true,
    input: input(fromStep),
    call: (drover, { workflowIds: ids, ...options }) => drover.rewind(ids, options),
  }),
  tool({
    name: 'delete',
    description: `Deletes ended workflows with all that belongs to them; nothing brings them back. ${asked}`,
    allowance: 'manage',
    isDestructive: true,
    input: input({ workflowIds }),
    call: (drover, { workflowIds: ids }) => drover.delete(ids),
  }),
  tool({
    name: 'recover',
    description: `Hands what dead executors left to living ones, by evidence. ${asked}`,
    allowance: 'manage',
    input: input({ workflowIds: v.optional(workflowIds) }),
    call: (drover, query) => drover.recover(query),
  }),
]
