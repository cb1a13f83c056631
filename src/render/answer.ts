import { shellWord } from '../core/shell-word.ts'
import type { Wait } from '../core/workflow.ts'
import { visible } from './text.ts'

/** The question of a wait, or what is known where nobody put one. */
export function describeQuestion({ prompt, topic }: Wait): string {
  if (prompt !== null) return visible(prompt)
  if (topic === undefined) return 'for a message on a topic that is not known'
  return topic === null ? 'for a message without topic' : `for a message on topic ${visible(topic)}`
}

/** The command that answers a wait: a decision where something was asked, else a message. */
export function answerCommand({ workflowId, step, topic, asked }: Wait): string {
  if (asked) return `drover approve ${quote(`${workflowId}#${step}`)}`
  const topicFlag = topic === undefined ? ' --topic TOPIC' : topic === null ? '' : ` --topic ${quote(topic)}`
  return `drover send ${quote(workflowId)} MESSAGE${topicFlag}`
}

/** A word as one types it into a shell, and harmless to look at. */
export function quote(word: string): string {
  return visible(shellWord(word))
}
