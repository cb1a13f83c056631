import { CliError } from '../errors.ts'
import { phrase, quotedList } from '../words/command-line.ts'
import { nearest } from '../words/nearest.ts'
import type { RegisteredWorkflow } from './registration.ts'
import type { App } from './runtime.ts'
import { qualifiedName } from './workflow-name.ts'

interface Narrowing {
  readonly class?: string
  readonly instance?: string
}

export interface FoundWorkflow {
  readonly workflow: RegisteredWorkflow
  readonly instance: string | null
}

/** The workflow that `name`, or `Class.name`, means in this app. Throws `workflow-not-registered`, `ambiguous-workflow`, `instance-not-registered`. */
export function findRegistered(app: App, name: string, narrowing: Narrowing): FoundWorkflow {
  const plain = app.workflows.filter((workflow) => workflow.name === name)
  const named =
    plain.length > 0
      ? plain
      : app.workflows.filter((workflow) => qualifiedName(workflow.className, workflow.name) === name)
  const matching = named.filter(
    ({ className }) => narrowing.class === undefined || className === narrowing.class,
  )
  const [workflow, ...others] = matching
  if (!workflow) throw notRegistered(app, name, named)
  if (others.length > 0) {
    const classes = matching.map(({ className }) => className ?? '(none)').join(', ')
    throw new CliError('ambiguous-workflow', `Several classes have a workflow "${name}".`, {
      hint: `name one with --class: ${classes}`,
    })
  }
  return { workflow, instance: chooseInstance(workflow, narrowing.instance) }
}

function notRegistered(app: App, name: string, named: readonly RegisteredWorkflow[]): CliError {
  const names = [...new Set(app.workflows.map((workflow) => workflow.name))]
  if (named.length > 0) {
    const classes = named.map(({ className }) => className).join(', ')
    return new CliError('workflow-not-registered', `"${name}" is not a workflow of that class.`, {
      hint: `its class is ${classes}`,
    })
  }
  const meant = nearest(name, names)
  return new CliError('workflow-not-registered', `${app.specifier} registers no workflow "${name}".`, {
    hint: `${meant ? `did you mean ${meant}? ` : ''}it registers: ${names.join(', ')}`,
  })
}

function chooseInstance(workflow: RegisteredWorkflow, wanted: string | undefined): string | null {
  const { instances, className, name } = workflow
  if (wanted !== undefined && !instances.includes(wanted)) {
    throw new CliError('instance-not-registered', `${className ?? name} has no instance "${wanted}".`, {
      hint:
        instances.length > 0 ? phrase`it has: ${quotedList(instances)}` : 'it has none: leave --instance out',
    })
  }
  if (wanted !== undefined) return wanted
  if (instances.length <= 1) return instances[0] ?? null
  throw new CliError('ambiguous-workflow', `${className} has several instances.`, {
    hint: phrase`name one with --instance: ${quotedList(instances)}`,
  })
}
