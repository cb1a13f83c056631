import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { decisionCommand } from './decide.ts'

export function rejectCommand(context: Context): Command {
  return decisionCommand(context, {
    verb: 'reject',
    verdict: 'rejected',
    summary: 'reject what a workflow waits for',
    commentRequired: true,
  })
}
