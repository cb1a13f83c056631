import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { decisionCommand } from './decide.ts'

export function approveCommand(context: Context): Command {
  return decisionCommand(context, {
    verb: 'approve',
    verdict: 'approved',
    summary: 'approve what a workflow waits for',
    commentRequired: false,
  })
}
