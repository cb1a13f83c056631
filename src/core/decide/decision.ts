import { isDeepStrictEqual } from 'node:util'
import { CliError } from '../errors.ts'
import { asText, command, phrase } from '../words/command-line.ts'
import { stringifyExact } from '../words/exact-number.ts'
import { isJsonObject } from '../words/json.ts'
import type { JsonValue, TopicSource, Wait } from '../workflow.ts'
import {
  listProfiles,
  messageOf,
  namesTopic,
  topicOfName,
  topicOfStep,
  type WorkflowProfiles,
} from './answer-profile.ts'
import type { Actor, DecisionVerb } from './decision-record.ts'
import type { LearnedAnswer } from './inbox.ts'

interface DecisionContent {
  readonly decision: DecisionVerb
  /** What `--data` gave; it wins over everything. */
  readonly data: JsonValue | undefined
  readonly actor: Actor
  readonly comment: string | null
  readonly at: Date
  /** What `--topic` gave; null for none. */
  readonly topic?: string | null
}

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
): { readonly topic: string | null | undefined; readonly source: TopicSource } {
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

/**
 * What is sent for a decision, and on which topic: `--data`, else what the request names, else the profile, else the
 * standard object. Throws `invalid-argument` where the topic is not known, or only from earlier runs, which is no proof
 * that this one waits on it; and where earlier answers were of another kind.
 */
export function answerTo(
  wait: Wait,
  context: WaitContext,
  content: DecisionContent,
): { readonly topic: string | null; readonly message: JsonValue } {
  const { decision, data, actor, comment, at, topic: override } = content
  const { topic, source } = findTopic(wait, context)
  if (override !== undefined && source === 'asked' && override !== topic) {
    throw new CliError(
      'invalid-argument',
      `${waitId(wait)} waits ${nameTopic(topic)}, not ${nameTopic(override)}.`,
      { hint: 'leave --topic out' },
    )
  }
  const chosen = override === undefined ? topic : override
  if (chosen === undefined) throw notConfigured(wait, context, 'on which topic')
  const isGuess = source === 'learned' && override === undefined
  const answer = (message: JsonValue) => {
    if (isGuess) throw onlyLearned(wait, chosen, content)
    return { topic: chosen, message }
  }
  if (data !== undefined) return answer(data)
  const verb = decision === 'approved' ? 'approve' : 'reject'
  const requested = isJsonObject(wait.request) ? wait.request[verb] : undefined
  if (requested !== undefined) return answer(requested)
  const configured = messageOf(listProfiles(context.profile), wait, chosen, verb)
  if (configured !== undefined) return answer(configured)
  if (isGuess && !isStandard(context.learned?.message)) throw notConfigured(wait, context, 'what to send')
  return answer({ approved: decision === 'approved', by: actor.name, comment, at: at.toISOString() })
}

/** `on topic "legal"`. */
export function nameTopic(topic: string | null | undefined): string {
  return topic === null || topic === undefined ? 'without a topic' : `on topic "${topic}"`
}

/** The same command with the topic is the user's word that this one waits on it, too. */
function onlyLearned(
  wait: Wait,
  topic: string | null,
  { decision, data, comment }: DecisionContent,
): CliError {
  const again = command(decision === 'approved' ? 'approve' : 'reject', [waitId(wait)], {
    '--comment': comment,
    '--data': data === undefined ? undefined : stringifyExact(data),
    '--topic': topic ?? '',
  })
  return new CliError(
    'invalid-argument',
    `${waitId(wait)} does not tell on which topic it waits; earlier runs waited ${nameTopic(topic)}.`,
    { hint: phrase`${again}   # if this one does, too` },
  )
}

function isStandard(message: JsonValue | undefined): boolean {
  return isJsonObject(message) && typeof message.approved === 'boolean'
}

/** The lines of `drover.config.json` that would have helped, with all that is known filled in. */
function notConfigured(wait: Wait, { name, learned }: WaitContext, what: string): CliError {
  const profile = {
    topic: learned ? learned.topic : 'TOPIC',
    approve: learned?.message ?? 'yes',
    reject: 'no',
  }
  const fields = Object.entries(profile).map(([key, value]) => `"${key}": ${stringifyExact(value)}`)
  return new CliError(
    'invalid-argument',
    `${waitId(wait)} did not publish what it asks, so it is not known ${what}.`,
    {
      hint: asText(
        [
          `say it with --topic (--topic '' for none) and --data, or for all of its kind in drover.config.json:`,
          '{',
          '  "workflows": {',
          `    ${JSON.stringify(name)}: { ${fields.join(', ')} }`,
          '  }',
          '}',
        ].join('\n'),
      ),
    },
  )
}

/** `<workflow>#<step>`, as the user types it. */
export function waitId(wait: Pick<Wait, 'workflowId' | 'step'>): string {
  return `${wait.workflowId}#${wait.step}`
}

/** What waits at the same step of the same kind of workflow was asked the same. */
export function waitKey({ name, step }: Pick<LearnedAnswer, 'name' | 'step'>): string {
  return `${name}#${step}`
}

/** Who a message says it is by; null when it does not tell. */
export function deciderOf(message: JsonValue): string | null {
  const by = isJsonObject(message) ? message.by : undefined
  return typeof by === 'string' ? by : null
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
    throw new CliError('no-actor', 'No actor is given, and this runs in CI.', {
      hint: 'add --as NAME, or set DROVER_ACTOR',
    })
  }
  return { name: userAndHost, source: 'operating system' }
}

/** Whether two messages decide the same: who did, when and why may differ. */
export function isSameDecision(earlier: JsonValue, message: JsonValue): boolean {
  return isDeepStrictEqual(withoutSignature(earlier), withoutSignature(message))
}

function withoutSignature(message: JsonValue): JsonValue {
  if (!isJsonObject(message) || typeof message.approved !== 'boolean') return message
  const { by, comment, at, ...content } = message
  return content
}
