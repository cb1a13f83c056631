import type { MethodRegistrationBase } from '@dbos-inc/dbos-sdk'
import type { RegisteredWorkflow } from '../../core/run/registration.ts'
import type { WantedWorkflow } from '../../core/run/runtime.ts'
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

/** Why `wanted`, or anything at all, cannot run yet; undefined when it can. */
export function whatLacks(sdk: Sdk, wanted: WantedWorkflow | undefined): string | undefined {
  const registrations = workflowRegistrations(sdk).filter(({ name }) => !internalName.test(name))
  if (registrations.length === 0) return 'it registers no workflow yet'
  const matching = registrations.filter(
    ({ name, className }) =>
      wanted === undefined ||
      (name === wanted.name && (wanted.className === undefined || className === wanted.className)),
  )
  if (wanted && matching.length === 0) {
    const names = [...new Set(registrations.map(({ name }) => name))]
    return `it does not register "${wanted.name}" yet, only ${names.join(', ')}`
  }
  for (const { isInstance, className } of matching) {
    if (!isInstance) continue
    const instances = instancesOf(sdk, className)
    if (instances.size === 0) return `${className} has no instance yet`
    if (wanted?.instance !== undefined && !instances.has(wanted.instance)) {
      return `${className} has no instance "${wanted.instance}" yet`
    }
  }
  return undefined
}

export function instancesOf(sdk: Sdk, className: string) {
  return sdk.registry.getClassRegistrationByName(className, true).configuredInstances
}

function workflowRegistrations(sdk: Sdk): MethodRegistrationBase[] {
  sdk.registry.finalizeClassRegistrations()
  return sdk.registry.getAllRegisteredFunctions().filter(({ workflowConfig }) => workflowConfig)
}
