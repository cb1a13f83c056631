import type { Cause } from '../../core/diagnosis/cause.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import type { Workflow } from '../../core/workflow.ts'
import { quote } from '../answer.ts'

interface StartAgain {
  readonly command: string
  readonly effect: string
}

/** Nobody who lives runs it: a worker that does gets it as soon as it lives, also where another one holds it. */
export function registerIt(
  { executorId, meant, classes, applications }: Extract<Cause, { kind: 'name-unregistered' }>,
  workflow: Workflow,
  worker: string,
): readonly StartAgain[] {
  const [known] = classes
  const [application] = applications
  const isStranger = known === undefined && meant === null
  const anew = 'starts it anew, as what is registered'
  return [
    ...(known ? [startAs(workflow, workflow.name, known, anew)] : []),
    ...(!known && meant !== null ? [startAs(workflow, meant, undefined, anew)] : []),
    ...(isStranger && application !== undefined
      ? [startAs({ ...workflow, application }, workflow.name, undefined, anew)]
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
  const flags = [
    ...(known?.className ? ['--class', known.className] : []),
    ...(known?.configName ? ['--instance', known.configName] : []),
  ]
  const start = startCommand({ ...workflow, name }, flags)
  return {
    command: `drover cancel ${quote(workflow.workflowId)} && ${start}`,
    effect,
  }
}

/** The same call once more, under a new id. */
function startCommand({ name, input, application }: Workflow, flags: readonly string[]): string {
  const args = Array.isArray(input) && input.length > 0 ? ['--input', stringifyExact(input)] : []
  const owner = application === null ? [] : ['--application', application]
  const words = [name, ...args, ...owner, ...flags]
  return ['drover start', ...words.map((word) => (word.startsWith('--') ? word : quote(word)))].join(' ')
}
