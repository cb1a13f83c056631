import { internalQueue } from '../../core/dbos-names.ts'
import type { Cause } from '../../core/diagnosis/cause.ts'
import { type CommandLine, command, type Prose, phrase } from '../../core/words/command-line.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import type { Workflow } from '../../core/workflow.ts'

interface StartAgain {
  readonly command: CommandLine | Prose
  readonly effect: string
}

/** Nobody who lives runs it: a worker that does gets it as soon as it lives, also where another one holds it. */
export function registerIt(
  { executorId, meant, classes, applications }: Extract<Cause, { kind: 'name-unregistered' }>,
  workflow: Workflow,
  worker: CommandLine | Prose,
): readonly StartAgain[] {
  const [known] = classes
  const [application] = applications
  const isStranger = known === undefined && meant === null
  const anew = 'starts it anew, as what is registered'
  return [
    ...(known ? [startAs(workflow, workflow.name, known, anew)] : []),
    ...(!known && meant !== null ? [startAs(workflow, meant, undefined, anew)] : []),
    ...(isStranger && application !== undefined
      ? [startAs({ ...workflow, application, queue: null }, workflow.name, undefined, anew)]
      : []),
    {
      command: worker,
      effect:
        executorId === null
          ? 'with a module that registers it: runs a worker that takes it'
          : 'with a module that registers it: the other one hands it over',
    },
  ]
}

export function startAs(
  workflow: Workflow,
  name: string,
  known: { readonly className: string | null; readonly configName: string | null } | undefined,
  effect: string,
): StartAgain {
  const { workflowId, input, application, queue } = workflow
  // The same call once more, under a new id.
  const start = command('start', [name], {
    '--input': Array.isArray(input) && input.length > 0 ? stringifyExact(input) : undefined,
    // Where the name that is meant ran last need not be where this one was put.
    '--queue': queue === null || queue === internalQueue ? undefined : queue,
    '--application': application,
    '--class': known?.className || undefined,
    '--instance': known?.configName || undefined,
  })
  return { command: phrase`${command('cancel', [workflowId])} && ${start}`, effect }
}
