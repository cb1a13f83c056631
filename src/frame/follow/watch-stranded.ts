import { isLeftBehind } from '../../core/diagnosis/left-behind.ts'
import type { Store } from '../../core/store.ts'
import type { Workflow } from '../../core/workflow.ts'
import type { Presented, Presenter } from './presenter.ts'

/** After so long without a change it is asked who is connected. */
const quietMs = 5000

interface Stranding {
  noteChange(): void
  stop(): Promise<void>
}

/** Tells a picture which of the workflows are held by executors that are not connected. What cannot be found out is not told. */
export function watchStranded(
  store: Store,
  presenter: Presenter,
  { workflowIds }: Presented,
  seen: ReadonlyMap<string, Workflow>,
): Stranding {
  const { stranded } = presenter
  if (!stranded) return { noteChange: () => {}, stop: async () => {} }
  let asking: Promise<unknown> = Promise.resolve()
  let told = 0
  const ask = async (): Promise<void> => {
    const pending = workflowIds
      .flatMap((id) => seen.get(id) ?? [])
      .filter(({ status }) => status === 'PENDING')
    if (pending.length === 0 && told === 0) return
    const executors = await store.executors()
    const left = pending.filter((workflow) => isLeftBehind(workflow, executors))
    told = left.length
    stranded(left.map(({ workflowId }) => workflowId))
  }
  const timer = setInterval(() => {
    asking = asking.then(ask).catch(() => undefined)
  }, quietMs)
  return {
    noteChange: () => void timer.refresh(),
    stop: async () => {
      clearInterval(timer)
      await asking
    },
  }
}
