import type { JsonValue, Wait } from '../workflow.ts'

/** How an application that was not written for drover wants to be answered: `workflows.NAME` in `drover.config.json`. */
export interface WorkflowProfile {
  /** Null: it receives on none. Without it what is sent holds for every topic. */
  readonly topic?: string | null
  /** Only the wait at this step; without it every wait of the name. */
  readonly step?: number
  readonly approve?: JsonValue
  readonly reject?: JsonValue
}

/** Of one name: one profile for all its waits, or one for each topic or step. */
export type WorkflowProfiles = WorkflowProfile | readonly WorkflowProfile[]

export function listProfiles(profiles: WorkflowProfiles | undefined): readonly WorkflowProfile[] {
  if (profiles === undefined) return []
  return isList(profiles) ? profiles : [profiles]
}

function isList(profiles: WorkflowProfiles): profiles is readonly WorkflowProfile[] {
  return Array.isArray(profiles)
}

/** The topic of the profile that names the step of this wait; undefined where none does. */
export function topicOfStep(
  profiles: readonly WorkflowProfile[],
  { step }: Pick<Wait, 'step'>,
): string | null | undefined {
  return onlyTopic(profiles.filter((profile) => profile.step === step))
}

/** The topic of the profiles for all waits of the name; undefined where they name none, or several. */
export function topicOfName(profiles: readonly WorkflowProfile[]): string | null | undefined {
  return onlyTopic(profiles.filter(({ step }) => step === undefined))
}

function onlyTopic(profiles: readonly WorkflowProfile[]): string | null | undefined {
  const topics = new Set(profiles.flatMap(({ topic }) => (topic === undefined ? [] : [topic])))
  const [topic] = topics
  return topics.size === 1 ? topic : undefined
}

/** Whether a profile that may hold for a wait at this step names this topic. */
export function namesTopic(
  profiles: readonly WorkflowProfile[],
  { step }: Pick<Wait, 'step'>,
  topic: string | null,
): boolean {
  return profiles.some((profile) => (profile.step ?? step) === step && profile.topic === topic)
}

/** What to send on this topic at this step: of the profiles that hold for both, the one that says most about where. */
export function messageOf(
  profiles: readonly WorkflowProfile[],
  { step }: Pick<Wait, 'step'>,
  topic: string | null,
  verb: 'approve' | 'reject',
): JsonValue | undefined {
  const holding = profiles.filter(
    (profile) => (profile.step ?? step) === step && (profile.topic === undefined || profile.topic === topic),
  )
  const [best] = holding
    .filter((profile) => profile[verb] !== undefined)
    .sort((a, b) => precisionOf(b) - precisionOf(a))
  return best?.[verb]
}

function precisionOf({ step, topic }: WorkflowProfile): number {
  return (step === undefined ? 0 : 2) + (topic === undefined ? 0 : 1)
}
