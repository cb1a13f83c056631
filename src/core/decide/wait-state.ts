import type { Wait, WaitState } from '../workflow.ts'

/**
 * `answered`: what it waits for lies there unread. Where its topic is not known any unread message may be that; where it
 * is known those on other topics are none of its business.
 */
export function stateOfWait({
  topic,
  unreadTopics,
  isOverdue,
}: Pick<Wait, 'topic' | 'unreadTopics' | 'isOverdue'>): WaitState {
  const isAnswered = topic === undefined ? unreadTopics.length > 0 : unreadTopics.includes(topic)
  return isAnswered ? 'answered' : isOverdue ? 'overdue' : 'waiting'
}
