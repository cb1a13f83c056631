import * as v from 'valibot'
import { closedObject, record } from '../../files/check-shape.ts'
import { expectSchema } from './expect-schema.ts'
import { list, named, text, texts, truth, wholeNumber } from './schema-parts.ts'
import { stepSchema } from './step-schema.ts'
import { targetSchema } from './target-schema.ts'

const messageSchema = closedObject(
  {
    topic: text('The topic; none by default.'),
    message: v.pipe(v.unknown(), v.description('The message: any value.')),
  },
  'must be an object with a message',
  'key',
)

const startSchema = closedObject(
  {
    workflow: v.pipe(v.string('must be a text'), v.description('Its registered name, or Class.name.')),
    args: list('Its arguments, in order.'),
    id: text('The workflow id; without it one is made of the name of the case.'),
    named: named('Keyword arguments, for workflows in Python.'),
    portable: truth('Write arguments as portable JSON, for a worker in any language.'),
    queue: text('The queue (else the one on which this name ran last).'),
    class: text('The class (else as this name ran last, or is registered).'),
    instance: text('The configured instance (else as this name ran last, or is registered).'),
    application: text('The application (else as this name ran last, or who registers it).'),
    appVersion: text('The version that shall take it (else the one that live workers run).'),
    priority: wholeNumber('On its queue; 0 is first.'),
    delay: text('Not to be taken before this has passed, such as 5s.'),
    workflowTimeout: text('Cancel it so long after it was taken, such as 1m.'),
    dedup: text('Only one active workflow on the queue may have this deduplication id.'),
    partition: text('Of a partitioned queue.'),
    attr: named('Attributes of the workflow.'),
    send: v.optional(
      v.pipe(
        v.array(messageSchema, 'must be a list of messages'),
        v.description('Messages that are there before it starts.'),
      ),
    ),
  },
  'must be the name of a workflow, or an object',
  'key',
)

const caseSchema = v.pipe(
  closedObject(
    {
      name: v.pipe(
        v.string('must be a text'),
        v.minLength(1, 'must be a text'),
        v.description('What it is called in every report; once in a file.'),
      ),
      start: v.optional(
        v.pipe(
          v.union([v.string(), startSchema], 'must be the name of a workflow, or an object'),
          v.description('The workflow to start: its name, or its name with arguments and options.'),
        ),
      ),
      attach: v.optional(
        v.pipe(targetSchema, v.description('A workflow that is there, in place of one to start.')),
      ),
      do: v.optional(
        v.pipe(
          v.array(stepSchema, 'must be a list of steps'),
          v.description('What happens to it, in order.'),
        ),
      ),
      expect: v.optional(v.pipe(expectSchema, v.description('What must have come of it.'))),
      timeout: text('How long the whole case may take, such as 30s (default: 1m).'),
      save: v.optional(
        v.pipe(
          record(v.string('must be JMESPath'), 'must be an object'),
          v.description('Variables for later cases: each is what JMESPath finds, as in result.total.'),
        ),
      ),
      matrix: v.optional(
        v.pipe(
          record(
            v.pipe(v.array(v.unknown(), 'must be a list'), v.minLength(1, 'must be a list of values')),
            'must be an object',
          ),
          v.description('Lists by name: the case runs for each combination of their values.'),
        ),
      ),
      needs: texts('Names of earlier cases that must have passed.'),
    },
    'must be an object',
    'key',
  ),
  v.description('A workflow, what happens to it, and what must have come of it.'),
)

/** A file of `drover test`; `docs/drover.test.schema.json` is written from it. */
export const testSchema = v.pipe(
  closedObject(
    {
      $schema: v.optional(v.string('must be a text')),
      vars: named('Values by name, for ${NAME} anywhere in the file.'),
      timeout: text('How long each case may take, such as 30s (default: 1m).'),
      cases: v.pipe(v.array(caseSchema, 'must be a list of cases'), v.description('The cases, in order.')),
    },
    'must be an object with cases',
    'key',
  ),
  v.title('drover test'),
  v.description(
    'Smoke tests of DBOS workflows. ${NAME} is a value of the matrix, a variable, or one of the environment.',
  ),
)

export type TestFileSpec = v.InferOutput<typeof testSchema>
export type CaseSpec = v.InferOutput<typeof caseSchema>
export type StartSpec = v.InferOutput<typeof startSchema>
