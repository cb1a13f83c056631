import { describeError, type WorkflowError } from '../workflow.ts'

/** Why something failed, on one line; untrusted text. */
export interface FailureReason {
  readonly text: string
  /** How often DBOS tried the step that failed; null where it was tried once. */
  readonly tries: number | null
}

/** How often DBOS tried a step, and what each try failed with, is in the sentence of its error. */
const triesOfStep = /^Step (.+?) has exceeded its maximum of (\d+) retries/s

export function reasonOf(error: WorkflowError): FailureReason {
  const [, step, tries] = triesOfStep.exec(error.message) ?? []
  if (step !== undefined) {
    const reason = error.message.split(/[.:] Error \d+: /).at(-1) ?? ''
    const text = reason === error.message ? `step ${step} failed` : reason
    return { text: firstLine(text), tries: Number(tries) }
  }
  const message = firstLine(error.message)
  if (message === '') return { text: error.name, tries: null }
  return { text: error.name === 'Error' ? message : describeError({ ...error, message }), tries: null }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? ''
}
