import { isDeepStrictEqual } from 'node:util'
import { CliError } from './errors.ts'
import { isJsonObject } from './json.ts'
import type { DecisionVerb } from './store.ts'
import type { JsonValue, Wait } from './workflow.ts'

/** How an application that was not written for drover wants to be answered: `workflows.NAME` in `drover.config.json`. */
export interface WorkflowProfile {
  readonly topic?: string
  readonly approve?: JsonValue
  readonly reject?: JsonValue
}

export interface Actor {
  readonly name: string
  /** Where the name came from: `--as`, an environment variable, or the operating system. */
  readonly source: string
}

interface DecisionContent {
  readonly decision: DecisionVerb
  /** What `--data` gave; it wins over everything. */
  readonly data: JsonValue | undefined
  readonly actor: Actor
  readonly comment: string | null
  readonly at: Date
}

/** What is sent for a decision: `--data`, else what the request names, else the profile, else the standard object. */
export function decisionMessage(
  wait: Wait,
  profile: WorkflowProfile | undefined,
  { decision, data, actor, comment, at }: DecisionContent,
): JsonValue {
  if (data !== undefined) return data
  const verb = decision === 'approved' ? 'approve' : 'reject'
  const requested = isJsonObject(wait.request) ? wait.request[verb] : undefined
  if (requested !== undefined) return requested
  if (profile?.[verb] !== undefined) return profile[verb]
  return { approved: decision === 'approved', by: actor.name, comment, at: at.toISOString() }
}

/** The topic of a wait: the one it asked on, else the profile's. Throws `invalid-argument` when neither is known. */
export function topicOf(
  wait: Wait,
  profile: WorkflowProfile | undefined,
  override: string | undefined,
): string | null {
  if (override !== undefined) return override
  if (wait.topic !== undefined) return wait.topic
  if (profile?.topic !== undefined) return profile.topic
  throw new CliError(
    'invalid-argument',
    `The topic that ${waitId(wait)} waits on is not known: it did not publish what it asks.`,
    { hint: 'name it with --topic TOPIC, or set workflows.<NAME>.topic in drover.config.json' },
  )
}

/** `<workflow>#<step>`, as the user types it. */
export function waitId(wait: Pick<Wait, 'workflowId' | 'step'>): string {
  return `${wait.workflowId}#${wait.step}`
}

/** Who an earlier decision says it was by; undefined when the message does not tell. */
export function deciderOf(message: JsonValue): string | undefined {
  const by = isJsonObject(message) ? message.by : undefined
  return typeof by === 'string' ? by : undefined
}

const ciActorVariables = [
  'GITHUB_ACTOR',
  'GITLAB_USER_LOGIN',
  'BUILDKITE_BUILD_CREATOR',
  'CIRCLE_USERNAME',
  'BITBUCKET_STEP_TRIGGERER_UUID',
  'BUILD_REQUESTEDFOR',
]

/** Who decides. In CI somebody must be named: throws `no-actor`. */
export function findActor(
  claimed: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  userAndHost: string,
  isCI: boolean,
): Actor {
  if (claimed) return { name: claimed, source: '--as' }
  const variable = ['DROVER_ACTOR', ...ciActorVariables].find((name) => env[name])
  if (variable) return { name: env[variable] ?? '', source: variable }
  if (isCI) {
    throw new CliError('no-actor', 'Nobody is named as the one who decides, and this runs in CI.', {
      hint: 'add --as NAME, or set DROVER_ACTOR',
    })
  }
  return { name: userAndHost, source: 'operating system' }
}

/** `approved` counts where both have it: who decided and when may differ. */
export function isSameDecision(earlier: JsonValue, message: JsonValue): boolean {
  const [first, second] = [approvalOf(earlier), approvalOf(message)]
  return first !== undefined && second !== undefined ? first === second : isDeepStrictEqual(earlier, message)
}

function approvalOf(message: JsonValue): boolean | undefined {
  const approved = isJsonObject(message) ? message.approved : undefined
  return typeof approved === 'boolean' ? approved : undefined
}
