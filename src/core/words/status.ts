import { CliError } from '../errors.ts'
import { activeStatuses, endedStatuses, type KnownStatus, workflowStatuses } from '../workflow.ts'
import { nearest } from './nearest.ts'

/** What people call them, each with the statuses of DBOS that it means. */
export const statusesByWord: Readonly<Record<string, readonly KnownStatus[]>> = {
  running: ['PENDING'],
  active: activeStatuses,
  failed: ['ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'],
  dead: ['MAX_RECOVERY_ATTEMPTS_EXCEEDED'],
  ended: endedStatuses,
}

/** A word that people use, or a status of DBOS in any case. Throws `invalid-argument`. */
export function parseStatus(text: string): readonly KnownStatus[] {
  const word = text.toLowerCase()
  const named = Object.hasOwn(statusesByWord, word) ? statusesByWord[word] : undefined
  const own = workflowStatuses.find((status) => status.toLowerCase() === word.replaceAll(/[ -]/g, '_'))
  if (named ?? own) return named ?? [own as KnownStatus]
  const words = [...Object.keys(statusesByWord), ...workflowStatuses]
  const meant = nearest(text, words)
  throw new CliError('invalid-argument', `"${text}" is not a status.`, {
    hint: `${meant ? `did you mean ${meant}? ` : ''}${words.join(', ')}`,
  })
}

/** Several with commas between. Throws `invalid-argument`. */
export function parseStatuses(text: string): readonly KnownStatus[] {
  return text.split(',').flatMap((word) => parseStatus(word.trim()))
}
