import { CliError } from '../core/errors.ts'
import type { RegisteredWorkflow } from '../core/run/registration.ts'
import type { StartInProcess } from '../core/run/runtime.ts'
import { findRegistration, instancesOf } from './module/registered-workflows.ts'
import type { Sdk } from './module/sdk.ts'

/**
 * Returns once the workflow's row exists. Throws `workflow-not-registered`, `instance-not-registered`, `id-in-use`.
 */
export async function startWorkflow(sdk: Sdk, request: StartInProcess): Promise<void> {
  const start = toStarter(sdk, request)
  try {
    await start(...request.args)
  } catch (error) {
    throw isIdInUse(error)
      ? new CliError('id-in-use', `The workflow id ${request.workflowId} is in use already.`, {
          cause: error,
        })
      : error
  }
}

type Starter = (...args: readonly unknown[]) => Promise<unknown>

function toStarter(sdk: Sdk, { workflow, instance, workflowId }: StartInProcess): Starter {
  const registration = findRegistration(sdk, workflow)
  if (!registration?.registeredFunction) {
    throw new CliError('workflow-not-registered', `No workflow ${workflow.name} is registered.`)
  }
  const parameters = { workflowID: workflowId, workflowIDReusePolicy: 'reject' } as const
  if (!registration.isInstance) {
    return sdk.DBOS.startWorkflow(registration.registeredFunction as Starter, parameters)
  }
  const instances = instancesOf(sdk, registration.className)
  const target = instances.get(instance ?? '')
  if (!target) throw noInstance(workflow, instance)
  const methods = sdk.DBOS.startWorkflow(target, parameters) as unknown as Record<string, Starter>
  return (...args) => methods[workflow.name]?.(...args) ?? Promise.reject(noInstance(workflow, instance))
}

function noInstance({ name, className, instances }: RegisteredWorkflow, instance: string | null): CliError {
  const wanted = instance === null ? 'an instance to run on' : `an instance named ${instance}`
  return new CliError('instance-not-registered', `${className}.${name} needs ${wanted}.`, {
    hint:
      instances.length > 0
        ? `--instance takes ${instances.join(' or ')}`
        : `create an instance of ${className} in the module`,
  })
}

function isIdInUse(error: unknown): boolean {
  return (
    error instanceof Error &&
    ['DBOSConflictingWorkflowError', 'DBOSWorkflowIDInUseError'].includes(error.constructor.name)
  )
}
