import type { Allowance, Tool } from '../tool.ts'
import { answerTools } from './answer-tools.ts'
import { changeTools } from './change-tools.ts'
import { readTools } from './read-tools.ts'

/** What reads, and what was allowed besides. */
export function toolsFor(allowed: readonly Allowance[]): readonly Tool[] {
  return [...readTools, ...answerTools, ...changeTools].filter(
    ({ allowance }) => allowance === undefined || allowed.includes(allowance),
  )
}
