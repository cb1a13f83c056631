import { expect, test } from 'vitest'
import { decisionMessage, findActor, isSameDecision, topicOf } from '../../src/core/decision.ts'
import type { Wait } from '../../src/core/workflow.ts'

const wait: Wait = {
  workflowId: 'order-1',
  step: 3,
  topic: 'legal',
  prompt: null,
  since: new Date(0),
  until: null,
  state: 'waiting',
  asked: true,
  request: {},
}
const content = {
  decision: 'approved',
  data: undefined,
  actor: { name: 'ada', source: '--as' },
  comment: null,
  at: new Date(0),
} as const

test('the standard answer says who, what and when', () => {
  expect(decisionMessage(wait, undefined, content)).toEqual({
    approved: true,
    by: 'ada',
    comment: null,
    at: '1970-01-01T00:00:00.000Z',
  })
})

test('--data wins over the request, the request over the profile', () => {
  const asking = { ...wait, request: { approve: 'yes' } }
  expect(decisionMessage(asking, { approve: 'ok' }, { ...content, data: 'sure' })).toBe('sure')
  expect(decisionMessage(asking, { approve: 'ok' }, content)).toBe('yes')
  expect(decisionMessage(wait, { approve: 'ok' }, content)).toBe('ok')
  expect(decisionMessage(wait, { approve: 'ok', reject: 'no' }, { ...content, decision: 'rejected' })).toBe(
    'no',
  )
})

test('the topic is what asked, else what the profile says, else must be named', () => {
  const inferred = { ...wait, topic: undefined }
  expect(topicOf(wait, { topic: 'x' }, undefined)).toBe('legal')
  expect(topicOf({ ...wait, topic: null }, { topic: 'x' }, undefined)).toBeNull()
  expect(topicOf(inferred, { topic: 'x' }, undefined)).toBe('x')
  expect(topicOf(inferred, undefined, 'y')).toBe('y')
  expect(() => topicOf(inferred, undefined, undefined)).toThrow(
    'The topic that order-1#3 waits on is not known',
  )
})

test('the same decision is told by its verdict, else by its payload', () => {
  expect(isSameDecision({ approved: true, by: 'bob' }, { approved: true, by: 'ada' })).toBe(true)
  expect(isSameDecision({ approved: false }, { approved: true })).toBe(false)
  expect(isSameDecision('yes', 'yes')).toBe(true)
  expect(isSameDecision('yes', 'no')).toBe(false)
})

test('who decides: the flag, then DROVER_ACTOR, then the CI, then the operating system', () => {
  const env = { DROVER_ACTOR: 'bob', GITHUB_ACTOR: 'octocat' }
  expect(findActor('ada', env, 'me@here', true).name).toBe('ada')
  expect(findActor(undefined, env, 'me@here', true)).toEqual({ name: 'bob', source: 'DROVER_ACTOR' })
  expect(findActor(undefined, { GITHUB_ACTOR: 'octocat' }, 'me@here', true).name).toBe('octocat')
  expect(findActor(undefined, {}, 'me@here', false).name).toBe('me@here')
  expect(() => findActor(undefined, {}, 'me@here', true)).toThrow(
    expect.objectContaining({ code: 'no-actor' }),
  )
})
