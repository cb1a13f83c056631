import type { WorkflowProfiles } from '../core/decide/answer-profile.ts'
import { findWait } from '../core/decide/find-wait.ts'
import { createWaitKnowledge } from '../core/decide/known-waits.ts'
import { CliError } from '../core/errors.ts'
import { createLink } from '../core/links/answer-link.ts'
import { type LinkSurroundings, readLinkKeys } from '../core/links/link-keys.ts'
import { publicUrlOf } from '../core/links/public-url.ts'
import type { Store } from '../core/store.ts'
import { command } from '../core/words/command-line.ts'
import type { Workflow } from '../core/workflow.ts'

export interface LinkOptions {
  /** Who answers by it: the name on record. */
  readonly as: string
  /** How long it is good; a day by default, and at most until the deadline of the wait. */
  readonly forMs?: number
  /** Where the gateway is reached; `DROVER_PUBLIC_URL` by default. */
  readonly publicUrl?: string
}

interface LinkPlace extends LinkSurroundings {
  readonly store: Store
  readonly workflows: Readonly<Record<string, WorkflowProfiles>>
  readonly isRecorded: boolean
  find(workflowId: string): Promise<Workflow>
}

const dayMs = 86_400_000

/** As `drover link`. Throws `wait-not-found` for one that is over. */
export async function makeLink(
  place: LinkPlace,
  typed: string,
  { as, forMs = dayMs, publicUrl }: LinkOptions,
): Promise<string> {
  const { store, isRecorded, find } = place
  const { wait, workflow, isOver } = await findWait(store, typed, { by: as, isRecorded }, find)
  if (isOver || wait.state !== 'waiting') {
    throw new CliError('wait-not-found', `${wait.workflowId}#${wait.step} does not wait any more.`, {
      hint: command('inbox'),
    })
  }
  const [known] = await createWaitKnowledge(store, place.workflows)([{ ...wait, name: workflow.name }])
  const url = publicUrlOf(place, { publicUrl })
  const request = {
    wait: known ?? wait,
    actor: as,
    database: store.database,
    publicUrl: url,
    now: new Date(),
    forMs,
  }
  return createLink(request, await readLinkKeys(place))
}
