import { type CommandLine, command } from '../words/command-line.ts'
import { escapeControls, escapeName } from '../words/escape-controls.ts'
import type { Wait } from '../workflow.ts'

/** The question of a wait, or what is known where nobody put one. */
export function describeQuestion({ prompt, topic, source }: Wait): string {
  if (prompt !== null) return escapeControls(prompt)
  if (topic === undefined) return 'for a message on a topic that is not known'
  const doubt = source === 'learned' ? ', as earlier runs did' : ''
  return topic === null
    ? `for a message without topic${doubt}`
    : `for a message on topic ${escapeName(topic)}${doubt}`
}

/** `for an answer to "Ship it?"`, or for what else is known. */
export function waitedFor(wait: Wait): string {
  return wait.prompt === null ? describeQuestion(wait) : `for an answer to "${describeQuestion(wait)}"`
}

/** The command that answers a wait: a decision where something asked or the configuration tells how, else a message. */
export function answerCommand(
  wait: Wait,
  { message = 'MESSAGE', force = false }: { readonly message?: string; readonly force?: boolean } = {},
): CommandLine {
  const { workflowId, step, topic } = wait
  if (isDecided(wait)) return command('approve', [`${workflowId}#${step}`], { '--force': force })
  return command('send', [workflowId, message], { '--topic': topic === undefined ? 'TOPIC' : topic })
}

/** Whether `approve` knows by itself what to send and where. */
function isDecided({ asked, source }: Wait): boolean {
  return asked || source === 'configured'
}
