import type { Store } from '../store.ts'
import type { TopicSource } from '../workflow.ts'
import type { WorkflowProfiles } from './answer-profile.ts'
import { findTopic } from './find-topic.ts'
import type { LearnedAnswer, NamedWait } from './inbox-query.ts'
import { waitKey } from './wait-id.ts'
import { stateOfWait } from './wait-state.ts'

/** A wait with all that is known of its topic, and from where. */
export type KnownWait<Named extends NamedWait = NamedWait> = Named & { readonly source: TopicSource }

/** Adds what is known of the topics. */
export type KnowWaits = (waits: readonly NamedWait[]) => Promise<readonly KnownWait[]>

/**
 * What drover knows of a wait, for every command that shows or answers one: what it asked, the profiles of the
 * configuration, and what earlier runs taught, which is kept in mind.
 */
export function createWaitKnowledge(
  store: Pick<Store, 'learnAnswers'>,
  workflows: Readonly<Record<string, WorkflowProfiles>>,
): KnowWaits {
  const learned = new Map<string, LearnedAnswer | undefined>()
  return async (waits) => {
    const unknown = waits.filter((wait) => wait.topic === undefined && !learned.has(waitKey(wait)))
    const answers = unknown.length > 0 ? await store.learnAnswers(unknown) : []
    for (const wait of unknown) learned.set(waitKey(wait), undefined)
    for (const answer of answers) learned.set(waitKey(answer), answer)
    return waits.map((wait) => {
      const { name } = wait
      const found = { name, profile: workflows[name], learned: learned.get(waitKey(wait)) }
      const known = { ...wait, ...findTopic(wait, found) }
      return { ...known, state: stateOfWait(known) }
    })
  }
}
