import type { LiveExecutor } from '../diagnosis/situation.ts'
import { CliError } from '../errors.ts'
import { phrase, quotedList } from '../words/command-line.ts'
import type { RegisteredWorkflow } from './registration.ts'
import { qualifiedName } from './workflow-name.ts'

/** A live executor, and a workflow of some name that it registers. */
export interface Registered {
  readonly executor: LiveExecutor
  readonly workflow: RegisteredWorkflow
}

/** Who registers what is typed as `name` or as `Class.name`, of those that told what they register. */
export function findRegistrations(
  executors: readonly LiveExecutor[] | undefined,
  typed: string,
): readonly Registered[] {
  const all = (executors ?? []).flatMap((executor) =>
    (executor.registration?.workflows ?? []).map((workflow) => ({ executor, workflow })),
  )
  const plain = all.filter(({ workflow }) => workflow.name === typed)
  if (plain.length > 0) return plain
  return all.filter(({ workflow: { className, name } }) => qualifiedName(className, name) === typed)
}

/** The application that registers it, where only one does. Throws `ambiguous-application` where several do. */
export function applicationOf(registrations: readonly Registered[], name: string): string | undefined {
  const applications = distinct(registrations.flatMap(({ executor }) => executor.application ?? []))
  if (applications.length <= 1) return applications[0]
  throw new CliError('ambiguous-application', `Several applications register "${name}".`, {
    hint: phrase`name one with --application: ${quotedList(applications)}`,
  })
}

interface Owner {
  readonly className?: string
  readonly configName?: string
}

/** The class and the instance as they are registered, as far as they are not asked for. Throws `ambiguous-workflow`. */
export function ownerOf(
  registrations: readonly Registered[],
  name: string,
  asked: { readonly class?: string; readonly instance?: string },
): Owner {
  const workflows = registrations.map(({ workflow }) => workflow)
  const classes = distinct(workflows.map(({ className }) => className))
  if (asked.class === undefined && classes.length > 1) {
    throw new CliError('ambiguous-workflow', `Several classes have a workflow "${name}".`, {
      hint: `name one with --class: ${classes.map((one) => one ?? '(none)').join(', ')}`,
    })
  }
  const className = asked.class ?? classes[0] ?? undefined
  const instances = distinct(
    workflows
      .filter((workflow) => workflow.className === (className ?? null))
      .flatMap((workflow) => workflow.instances),
  )
  if (asked.instance === undefined && instances.length > 1) {
    throw new CliError('ambiguous-workflow', `${className ?? name} has several instances.`, {
      hint: phrase`name one with --instance: ${quotedList(instances)}`,
    })
  }
  return { className, configName: asked.instance ?? instances[0] }
}

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)]
}
