import { CliError } from '../errors.ts'
import { describeTopic, type Topic, topicToText } from '../topic.ts'
import { asText, command, phrase } from '../words/command-line.ts'
import { stringifyExact } from '../words/exact-number.ts'
import { isJsonObject } from '../words/json.ts'
import type { JsonValue, Wait } from '../workflow.ts'
import { listProfiles, messageOf } from './answer-profile.ts'
import { type Decision, type SaidDecision, verdictOf } from './decision.ts'
import { findTopic, type WaitContext } from './find-topic.ts'
import { waitId } from './wait-id.ts'

const verbByVerdict = { approved: 'approve', rejected: 'reject' } as const

/**
 * Adds the topic and the message that were not chosen. Throws `invalid-argument` where the topic is not known, or only
 * from earlier runs, which is no proof that this one waits on it; and where nothing tells what to send.
 */
export function settleDecision(said: SaidDecision, context: WaitContext, at: Date): Decision {
  const topic = settleTopic(said, context)
  const message = settleMessage(said, context, topic, at)
  return { ...said, topic, message }
}

/** What the wait itself asked, else what was chosen, else what is known and no guess. */
function settleTopic(said: SaidDecision, context: WaitContext): Topic {
  const { wait, topic: chosen } = said
  const { topic: known, source } = findTopic(wait, context)
  if (source === 'asked' && chosen !== undefined && chosen !== known) {
    throw new CliError(
      'invalid-argument',
      `${waitId(wait)} waits ${describeTopic(known)}, not ${describeTopic(chosen)}.`,
      { hint: 'leave --topic out' },
    )
  }
  const topic = chosen === undefined ? known : chosen
  if (topic === undefined) throw notConfigured(wait, context, 'on which topic')
  if (chosen === undefined && source === 'learned') {
    const isKnownHow = findMessage(said, context, topic) !== undefined || verdictOf(context.learned?.message)
    throw isKnownHow ? onlyLearned(said, topic) : notConfigured(wait, context, 'what to send')
  }
  return topic
}

function settleMessage(said: SaidDecision, context: WaitContext, topic: Topic, at: Date): JsonValue {
  const { wait, verdict, actor, comment } = said
  const message = findMessage(said, context, topic)
  if (message === undefined)
    return { approved: verdict === 'approved', by: actor.name, comment, at: at.toISOString() }
  const meant = verdictOf(message)
  if (meant === undefined || meant === verdict) return message
  throw new CliError(
    'invalid-argument',
    `What is to be sent says "approved": ${meant === 'approved'}, and it was to be ${verdict}.`,
    { hint: phrase`${command(meant === 'approved' ? 'approve' : 'reject', [waitId(wait)])} sends it` },
  )
}

/** What was chosen, else what the request names, else the profile; undefined: the standard answer. */
function findMessage(
  { wait, verdict, message }: SaidDecision,
  { profile }: WaitContext,
  topic: Topic,
): JsonValue | undefined {
  if (message !== undefined) return message
  const verb = verbByVerdict[verdict]
  const requested = isJsonObject(wait.request) ? wait.request[verb] : undefined
  return requested ?? messageOf(listProfiles(profile), wait, topic, verb)
}

/** The same command with the topic is the user's word that this one waits on it, too. */
function onlyLearned({ wait, verdict, message, comment }: SaidDecision, topic: Topic): CliError {
  const again = command(verdict === 'approved' ? 'approve' : 'reject', [waitId(wait)], {
    '--comment': comment,
    '--data': message === undefined ? undefined : stringifyExact(message),
    '--topic': topicToText(topic),
  })
  return new CliError(
    'invalid-argument',
    `${waitId(wait)} does not tell on which topic it waits; earlier runs waited ${describeTopic(topic)}.`,
    { hint: phrase`${again}   # if this one does, too` },
  )
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
