import { nearest } from '../core/words/nearest.ts'
import { type Effect, type Screen, tabs } from './cockpit-model.ts'
import { createDoctorScreen } from './screens/doctor-screen.ts'
import { createInboxScreen } from './screens/inbox-screen.ts'
import { createQueuesScreen } from './screens/queues-screen.ts'
import { createWorkersScreen } from './screens/workers-screen.ts'
import { createWorkflowsScreen } from './screens/workflows-screen.ts'

/** What `:` takes, and where it leads. */
const screenByCommand: Readonly<Record<string, () => Screen>> = {
  workflows: () => createWorkflowsScreen(),
  inbox: createInboxScreen,
  queues: createQueuesScreen,
  workers: createWorkersScreen,
  doctor: createDoctorScreen,
  ...Object.fromEntries(tabs.slice(1).map((tab) => [tab, () => createWorkflowsScreen(tab)])),
}

const commandNames: readonly string[] = [...Object.keys(screenByCommand), 'quit']

export type Typed =
  | { readonly kind: 'screen'; readonly screen: Screen }
  | { readonly kind: 'effect'; readonly effect: Effect }
  | { readonly kind: 'wrong'; readonly sentence: string }
  | { readonly kind: 'nothing' }

/** A view, `quit`, or the id of a workflow. */
export function readCommand(text: string): Typed {
  const typed = text.trim()
  if (typed === '') return { kind: 'nothing' }
  const name = commandNames.find((one) => one === typed) ?? onlyBeginning(typed)
  if (name === 'quit') return { kind: 'effect', effect: { kind: 'leave' } }
  const open = name === undefined ? undefined : screenByCommand[name]
  if (open) return { kind: 'screen', screen: open() }
  const meant = /\d/.test(typed) ? undefined : nearest(typed, commandNames)
  if (meant !== undefined) return { kind: 'wrong', sentence: `No view is called so; :${meant}?` }
  return { kind: 'effect', effect: { kind: 'find-workflow', typed } }
}

function onlyBeginning(typed: string): string | undefined {
  const [first, ...others] = commandNames.filter((name) => name.startsWith(typed))
  return others.length === 0 ? first : undefined
}

/** The rest of a name, where its beginning says which. */
export function completeCommand(text: string): string {
  return commandNames.find((name) => name.startsWith(text)) ?? text
}
