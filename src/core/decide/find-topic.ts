import type { Topic } from '../topic.ts'
import type { TopicSource, Wait } from '../workflow.ts'
import {
  listProfiles,
  namesTopic,
  topicOfName,
  topicOfStep,
  type WorkflowProfiles,
} from './answer-profile.ts'
import type { LearnedAnswer } from './inbox-query.ts'

/** What is known of a wait besides what it says itself. */
export interface WaitContext {
  readonly name: string
  readonly profile: WorkflowProfiles | undefined
  readonly learned: LearnedAnswer | undefined
}

/**
 * The topic of a wait: the one it asked on, else that of the profile of this very step, else that on which an earlier run
 * waited there, else that of the profile of the name; undefined when nobody knows. Where an earlier run and a profile
 * agree it is configured.
 */
export function findTopic(
  wait: Wait,
  { profile, learned }: WaitContext,
): { readonly topic: Topic | undefined; readonly source: TopicSource } {
  if (wait.topic !== undefined) return { topic: wait.topic, source: 'asked' }
  const profiles = listProfiles(profile)
  const ofStep = topicOfStep(profiles, wait)
  if (ofStep !== undefined) return { topic: ofStep, source: 'configured' }
  if (learned) {
    const isAgreed = namesTopic(profiles, wait, learned.topic)
    return { topic: learned.topic, source: isAgreed ? 'configured' : 'learned' }
  }
  const ofName = topicOfName(profiles)
  return { topic: ofName, source: ofName === undefined ? 'inferred' : 'configured' }
}
