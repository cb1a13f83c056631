import type { MethodRegistrationBase } from '@dbos-inc/dbos-sdk'
import type { RegisteredWorkflow } from '../core/runtime.ts'
import type { Sdk } from './sdk.ts'

/** What DBOS registers for itself, in some versions. */
const internalName = /^_?_dbos/i

/** Every workflow that the module registered, in that order. */
export function registeredWorkflows(sdk: Sdk): readonly RegisteredWorkflow[] {
  return runnableWorkflows(sdk).filter(({ name }) => !internalName.test(name))
}

/** The same with DBOS's own. */
export function runnableWorkflows(sdk: Sdk): readonly RegisteredWorkflow[] {
  return workflowRegistrations(sdk).map((registration) => ({
    name: registration.name,
    className: registration.className || null,
    instances: registration.isInstance ? [...instancesOf(sdk, registration.className).keys()] : [],
  }))
}

export function findRegistration(sdk: Sdk, workflow: RegisteredWorkflow): MethodRegistrationBase | undefined {
  return workflowRegistrations(sdk).find(
    ({ name, className }) => name === workflow.name && (className || null) === workflow.className,
  )
}

export function instancesOf(sdk: Sdk, className: string) {
  return sdk.registry.getClassRegistrationByName(className, true).configuredInstances
}

function workflowRegistrations(sdk: Sdk): MethodRegistrationBase[] {
  sdk.registry.finalizeClassRegistrations()
  return sdk.registry.getAllRegisteredFunctions().filter(({ workflowConfig }) => workflowConfig)
}
