import { carryFlags } from '../core/words/carry-flags.ts'
import { shellWord } from '../core/words/shell-word.ts'
import type { Wait } from '../core/workflow.ts'
import { escapeControls } from './text.ts'

/** The question of a wait, or what is known where nobody put one. */
export function describeQuestion({ prompt, topic, source }: Wait): string {
  if (prompt !== null) return escapeControls(prompt)
  if (topic === undefined) return 'for a message on a topic that is not known'
  const doubt = source === 'learned' ? ', as earlier runs did' : ''
  return topic === null
    ? `for a message without topic${doubt}`
    : `for a message on topic ${escapeControls(topic)}${doubt}`
}

/** The command that answers a wait: a decision where something asked or the configuration tells how, else a message. */
export function answerCommand(wait: Wait, databaseFlags: readonly string[] = []): string {
  return carryFlags(answerTo(wait), databaseFlags.map(escapeControls))
}

function answerTo(wait: Wait): string {
  const { workflowId, step, topic } = wait
  if (isDecided(wait)) return `drover approve ${quote(`${workflowId}#${step}`)}`
  const topicFlag = topic === undefined ? ' --topic TOPIC' : topic === null ? '' : ` --topic ${quote(topic)}`
  return `drover send ${quote(workflowId)} MESSAGE${topicFlag}`
}

/** Whether `approve` knows by itself what to send and where. */
export function isDecided({ asked, source }: Wait): boolean {
  return asked || source === 'configured'
}

/** A word as one types it into a shell, and harmless to look at. */
export function quote(word: string): string {
  return escapeControls(shellWord(word))
}
