import * as v from 'valibot'
import { closedObject } from '../../files/check-shape.ts'
import { text, textOrTexts, texts, wholeNumber } from './schema-parts.ts'
import { targetSchema } from './target-schema.ts'

const answer = {
  as: text('Who decides (else DROVER_ACTOR, else the CI user, else the OS user and host).'),
  data: v.optional(v.pipe(v.unknown(), v.description('Send this instead of the standard answer.'))),
  topic: v.optional(
    v.pipe(
      v.nullable(v.string('must be a text, or null for none')),
      v.description('The topic that it waits on, where that is not known; null for none.'),
    ),
  ),
  step: wholeNumber('Once it waits at this step, the number behind # in drover inbox.'),
}

const approveSchema = v.union(
  [
    v.null(),
    v.string(),
    closedObject({ comment: text('Why.'), ...answer }, 'must be a comment, or an object', 'key'),
  ],
  'must be a comment, or an object',
)

const rejectSchema = v.union(
  [
    v.string(),
    closedObject(
      { comment: v.pipe(v.string('must be a text'), v.description('Why.')), ...answer },
      'must say why: a comment, or an object with one',
      'key',
    ),
  ],
  'must say why: a comment, or an object with one',
)

const sendSchema = closedObject(
  {
    topic: text('The topic that the workflow receives on; none by default.'),
    message: v.pipe(v.unknown(), v.description('The message: any value.')),
    key: text('An idempotency key: sent at most once under it.'),
    step: answer.step,
  },
  'must be an object with a message',
  'key',
)

/** What is done; each step does one of these. */
export const verbs = ['wait', 'send', 'approve', 'reject', 'cancel'] as const

const shortSchema = v.picklist(['approve', 'cancel'], 'must be a step')

const longSchema = v.pipe(
  closedObject(
    {
      wait: v.optional(
        v.pipe(
          textOrTexts,
          v.description('Until this holds, as drover wait --for: ended, event:KEY>=JSON, message, …'),
        ),
      ),
      send: v.optional(v.pipe(sendSchema, v.description('Send it a message.'))),
      approve: v.optional(v.pipe(approveSchema, v.description('Approve what it waits for, once it asks.'))),
      reject: v.optional(v.pipe(rejectSchema, v.description('Reject what it waits for, once it asks.'))),
      cancel: v.optional(v.pipe(v.null('must be empty'), v.description('Cancel it.'))),
      assert: texts('Beside wait: JMESPath that must hold of the value that met it.'),
      timeout: text('How long this step may take, such as 10s.'),
      workflow: v.optional(
        v.pipe(targetSchema, v.description('Another workflow than that of the case: its id, or a filter.')),
      ),
    },
    'must be a step',
    'key',
  ),
  v.check(
    (step) => verbs.filter((verb) => step[verb] !== undefined).length === 1,
    `must do one thing: ${verbs.join(', ')}`,
  ),
  v.check(
    ({ wait, assert }) => wait !== undefined || assert === undefined,
    'has assert without wait; of a result expect.assert',
  ),
)

export const stepSchema = v.union([shortSchema, longSchema], `must be a step: ${verbs.join(', ')}`)

export type StepSpec = Exclude<v.InferOutput<typeof stepSchema>, string>
export type SendSpec = v.InferOutput<typeof sendSchema>
export type AnswerSpec = Exclude<v.InferOutput<typeof approveSchema>, string | null>
