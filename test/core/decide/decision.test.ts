import { expect, test } from 'vitest'
import type { WorkflowProfiles } from '../../../src/core/decide/answer-profile.ts'
import { isSameDecision, type SaidDecision } from '../../../src/core/decide/decision.ts'
import { findActor } from '../../../src/core/decide/find-actor.ts'
import { findTopic, type WaitContext } from '../../../src/core/decide/find-topic.ts'
import { settleDecision } from '../../../src/core/decide/settle-decision.ts'
import { CliError } from '../../../src/core/errors.ts'
import type { JsonValue, Wait } from '../../../src/core/workflow.ts'

const wait: Wait = {
  workflowId: 'order-1',
  step: 3,
  topic: 'legal',
  prompt: null,
  since: new Date(0),
  until: null,
  isOverdue: false,
  unreadTopics: [],
  state: 'waiting',
  asked: true,
  request: {},
}
const content = { verdict: 'approved', actor: { name: 'ada', source: '--as' }, comment: null } as const

type Content = Omit<SaidDecision, 'wait'>

const settle = (asked: Wait, context: WaitContext, given: Content = content) => {
  const { topic, message } = settleDecision({ ...given, wait: asked }, context, new Date(0))
  return { topic, message }
}

const nothing: WaitContext = { name: 'order', profile: undefined, learned: undefined }
const messageOf = (asked: Wait, profile: WorkflowProfiles | undefined, given: Content = content) =>
  settle(asked, { ...nothing, profile }, given).message

test('the standard answer says who, what and when', () => {
  expect(settle(wait, nothing, content)).toEqual({
    topic: 'legal',
    message: { approved: true, by: 'ada', comment: null, at: '1970-01-01T00:00:00.000Z' },
  })
})

test('--data wins over the request, the request over the profile', () => {
  const asking = { ...wait, request: { approve: 'yes' } }
  expect(messageOf(asking, { approve: 'ok' }, { ...content, message: 'sure' })).toBe('sure')
  expect(messageOf(asking, { approve: 'ok' })).toBe('yes')
  expect(messageOf(wait, { approve: 'ok' })).toBe('ok')
  expect(messageOf(wait, { topic: 'other', approve: 'ok' })).toMatchObject({ approved: true })
  expect(messageOf(wait, { approve: 'ok', reject: 'no' }, { ...content, verdict: 'rejected' })).toBe('no')
})

const inferred: Wait = { ...wait, topic: undefined, asked: false, request: null }
const learnedFrom = (message: JsonValue): WaitContext => ({
  ...nothing,
  learned: { name: 'order', step: 3, topic: 'old', message },
})

test('the topic is what asked, else that of an earlier run at this step, else what the profile says', () => {
  expect(findTopic(wait, { ...nothing, profile: { topic: 'x' } })).toEqual({
    topic: 'legal',
    source: 'asked',
  })
  expect(findTopic({ ...wait, topic: null }, nothing)).toEqual({ topic: null, source: 'asked' })
  const configured = { ...nothing, profile: { topic: 'x' } }
  expect(findTopic(inferred, configured)).toEqual({ topic: 'x', source: 'configured' })
  const agreed = { ...learnedFrom(1), profile: { topic: 'old' } }
  expect(findTopic(inferred, agreed)).toEqual({ topic: 'old', source: 'configured' })
  const contradicted = { ...learnedFrom(1), profile: { topic: 'x' } }
  expect(findTopic(inferred, contradicted)).toEqual({ topic: 'old', source: 'learned' })
  expect(findTopic(inferred, learnedFrom(1))).toEqual({ topic: 'old', source: 'learned' })
  expect(findTopic(inferred, nothing)).toEqual({ topic: undefined, source: 'inferred' })
})

const gates = [
  { topic: 'decision', approve: 'yes' },
  { topic: 'payment', step: 3, approve: 'paid' },
] as const

test('a profile can name a topic or a step, and the most precise one that holds says what to send', () => {
  const at = (step: number, profile: WorkflowProfiles = gates) =>
    findTopic({ ...inferred, step }, { ...nothing, profile })
  expect(at(0)).toEqual({ topic: 'decision', source: 'configured' })
  expect(at(3)).toEqual({ topic: 'payment', source: 'configured' })
  expect(at(0, [{ topic: 'a' }, { topic: 'b' }])).toEqual({ topic: undefined, source: 'inferred' })
  expect(at(0, [{ topic: 'b', step: 3 }])).toEqual({ topic: undefined, source: 'inferred' })
  expect(at(3, [{ topic: 'a' }, { topic: null, step: 3 }])).toEqual({ topic: null, source: 'configured' })
  const sent = (profile: WorkflowProfiles, given = {}) =>
    messageOf(inferred, profile, { ...content, ...given })
  expect(sent(gates)).toBe('paid')
  expect(sent(gates, { topic: 'decision' })).toBe('yes')
  expect(sent(gates, { topic: 'other' })).toMatchObject({ approved: true })
  expect(sent(gates, { verdict: 'rejected' })).toMatchObject({ approved: false })
  expect(
    sent([
      { topic: 't', approve: 'name' },
      { step: 3, approve: 'step' },
    ]),
  ).toBe('step')
  expect(
    sent([
      { topic: 't', approve: 'name' },
      { step: 4, approve: 'step' },
    ]),
  ).toBe('name')
  expect(messageOf({ ...wait, topic: 'payment' }, gates)).toBe('paid')
  expect(messageOf({ ...wait, topic: 'decision' }, gates)).toBe('yes')
})

test('what was learned of a step beats a profile of the name, and a profile of that step beats both', () => {
  const learned = learnedFrom(1)
  const about = (profile: WorkflowProfiles) => findTopic(inferred, { ...learned, profile })
  expect(about(gates[0])).toEqual({ topic: 'old', source: 'learned' })
  expect(about([gates[0], { topic: 'old', approve: 1 }])).toEqual({ topic: 'old', source: 'configured' })
  expect(about(gates)).toEqual({ topic: 'payment', source: 'configured' })
  expect(about([{ step: 4, topic: 'old' }])).toEqual({ topic: 'old', source: 'learned' })
})

test('a topic that is not known is named, and one that is known is not overruled', () => {
  expect(settle(inferred, nothing, { ...content, topic: 'y' }).topic).toBe('y')
  expect(settle(wait, nothing, { ...content, topic: 'legal' }).topic).toBe('legal')
  expect(() => settle(wait, nothing, { ...content, topic: 'y' })).toThrow(
    'order-1#3 waits on topic "legal", not on topic "y".',
  )
})

test('where it is not known what to send, the error shows the lines that say it', () => {
  const hintOf = (context: WaitContext): string => {
    try {
      settle(inferred, context, content)
    } catch (error) {
      if (error instanceof CliError) return error.hint ?? ''
    }
    throw new Error('nothing was thrown')
  }
  const [, ...lines] = hintOf(nothing).split('\n')
  expect(lines).toHaveLength(5)
  expect(JSON.parse(lines.join('\n'))).toEqual({
    workflows: { order: { topic: 'TOPIC', approve: 'yes', reject: 'no' } },
  })
  expect(hintOf(learnedFrom('paid'))).toContain(
    '"order": { "topic": "old", "approve": "paid", "reject": "no" }',
  )
})

test('a topic that is only known from earlier runs takes the word of the user', () => {
  const learned = learnedFrom({ approved: false })
  for (const [given, hint] of [
    [content, 'drover approve order-1#3 --topic old   # if this one does, too'],
    [
      { ...content, verdict: 'rejected', comment: 'too much', message: { a: 1 } } as const,
      `drover reject order-1#3 --comment 'too much' --data '{"a":1}' --topic old   # if this one does, too`,
    ],
  ] as const)
    expect(() => settle(inferred, learned, given)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', hint }),
    )
  const profile = { approve: 'yes' }
  expect(() => settle(inferred, { ...learned, profile }, content)).toThrow(
    'earlier runs waited on topic "old"',
  )
  expect(settle(inferred, learned, { ...content, topic: 'old' }).topic).toBe('old')
  expect(settle(inferred, learned, { ...content, topic: null }).topic).toBe(null)
  expect(() => settle(inferred, { ...learned, profile: { topic: null } }, content)).toThrow(
    'earlier runs waited on topic "old"',
  )
  const agreed = { ...learned, profile: { topic: 'old', approve: 'yes' } }
  expect(settle(inferred, agreed, content)).toEqual({ topic: 'old', message: 'yes' })
})

test('the same decision is told by what it says, not by who said it when and why', () => {
  const earlier = { approved: true, by: 'bob', comment: 'fine', at: 'then' }
  expect(isSameDecision(earlier, { approved: true, by: 'ada' })).toBe(true)
  expect(isSameDecision(earlier, { approved: true, by: 'ada', amount: 5 })).toBe(false)
  expect(isSameDecision({ approved: false }, { approved: true })).toBe(false)
  expect(isSameDecision('yes', 'yes')).toBe(true)
  expect(isSameDecision({ by: 'bob' }, { by: 'ada' })).toBe(false)
})

test('who decides: the flag, then DROVER_ACTOR, then the CI, then the operating system', () => {
  const env = { DROVER_ACTOR: 'bob', GITHUB_ACTOR: 'octocat' }
  expect(findActor('ada', env, () => 'me@here', true).name).toBe('ada')
  expect(findActor(undefined, env, () => 'me@here', true)).toEqual({ name: 'bob', source: 'DROVER_ACTOR' })
  expect(findActor(undefined, { GITHUB_ACTOR: 'octocat' }, () => 'me@here', true).name).toBe('octocat')
  expect(findActor(undefined, {}, () => 'me@here', false).name).toBe('me@here')
  expect(() => findActor(undefined, {}, () => 'me@here', true)).toThrow(
    expect.objectContaining({ code: 'no-actor' }),
  )
})
