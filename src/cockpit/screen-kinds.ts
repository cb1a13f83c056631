import type { Screen } from './cockpit-model.ts'
import type { ScreenKind } from './screen-kind.ts'
import { doctorKind } from './screens/doctor-screen.ts'
import { explainKind } from './screens/explain-screen.ts'
import { inboxKind } from './screens/inbox-screen.ts'
import { questionKind } from './screens/question-screen.ts'
import { queuesKind } from './screens/queues-screen.ts'
import { valueKind } from './screens/value-screen.ts'
import { workersKind } from './screens/workers-screen.ts'
import { workflowKind } from './screens/workflow-screen.ts'
import { workflowsKind } from './screens/workflows-screen.ts'

const kinds: { readonly [Kind in Screen['kind']]: ScreenKind<Extract<Screen, { kind: Kind }>> } = {
  workflows: workflowsKind,
  workflow: workflowKind,
  inbox: inboxKind,
  question: questionKind,
  queues: queuesKind,
  workers: workersKind,
  doctor: doctorKind,
  explain: explainKind,
  value: valueKind,
}

/** The functions over a screen of this kind. */
export function kindOf(screen: Screen): ScreenKind<Screen> {
  // Each is only ever given screens of its own kind.
  return kinds[screen.kind] as unknown as ScreenKind<Screen>
}
