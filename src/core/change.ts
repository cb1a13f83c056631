import type { JsonValue, Message, Step, StreamValue, Wait, Workflow } from './workflow.ts'

interface ChangeBase {
  /**
   * Opaque; `--from CURSOR` goes on right after this change. It covers every workflow that is followed. Where it is longer than
   * 16 kB only some changes have one, and it is empty for the others: what came after the last one comes again then.
   */
  readonly cursor: string
  readonly workflowId: string
  readonly at: Date
}

/** One thing that happened to a workflow. Within a workflow an effect never comes before its cause. */
export type Change =
  /**
   * First for each workflow, then at each change of status, executor or recovery attempts; its end comes after all else of
   * it. Payloads are set once it has ended. A workflow that ended before is told from its start: first PENDING or ENQUEUED.
   */
  | (ChangeBase & { readonly type: 'status'; readonly workflow: Workflow })
  | (ChangeBase & { readonly type: 'step'; readonly step: Step })
  | (ChangeBase & { readonly type: 'event'; readonly key: string; readonly value: JsonValue })
  | (ChangeBase & { readonly type: 'stream' } & Pick<StreamValue, 'key' | 'offset' | 'value'>)
  | (ChangeBase & { readonly type: 'stream-closed'; readonly key: string })
  /** A message arrived, and once more when it was read. */
  | (ChangeBase & { readonly type: 'message'; readonly message: Message })
  /** Every wait that is open now; empty when the last one was answered. */
  | (ChangeBase & { readonly type: 'waits'; readonly waits: readonly Wait[] })
  | (ChangeBase & { readonly type: 'child'; readonly childId: string; readonly name: string })

export type ChangeType = Change['type']
