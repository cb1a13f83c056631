import { askPrefix } from './dbos-names.ts'

/** What a message is sent on, and what a wait receives on; null is none. Where it may be absent, that is: not chosen, or not known. */
export type Topic = string | null

/** The topic that an asking event names. */
export function topicOfAsk(key: string): Topic {
  return topicFromText(key.slice(askPrefix.length))
}

/** On a command line and in the key of an event `''` is no topic. */
export function topicFromText(text: string): Topic {
  return text === '' ? null : text
}

export function topicToText(topic: Topic): string {
  return topic ?? ''
}

/** `on topic "legal"`. */
export function describeTopic(topic: Topic | undefined): string {
  return topic === null || topic === undefined ? 'without a topic' : `on topic "${topic}"`
}
