import type { Command } from 'commander'
import type { Context } from '../context.ts'

export interface ListedCommand {
  readonly name: string
  /** Its arguments, as commander writes them. */
  readonly usage: string
  readonly summary: string
  /** Loaded when it is named: help, and every other command, does without. */
  readonly load: () => Promise<(context: Context) => Command>
}

export interface CommandGroup {
  readonly title: string
  readonly commands: readonly ListedCommand[]
}
