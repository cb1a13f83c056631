import type { ResultFlags } from '../../../frame/follow/print-outcome.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'

export interface StartFlags extends DatabaseFlags, ResultFlags {
  readonly id?: string
  readonly input?: string
  readonly named?: string
  readonly portable?: boolean
  readonly queue?: string
  readonly class?: string
  readonly instance?: string
  readonly application?: string
  readonly appVersion?: string
  readonly priority?: number
  readonly delay?: string
  readonly workflowTimeout?: string
  readonly dedup?: string
  readonly ifExists: 'reject' | 'attach'
  readonly attr: readonly string[]
  readonly partition?: string
  readonly send: readonly string[]
  readonly strict: boolean
  readonly dryRun: boolean
  readonly wait: boolean
  readonly watch: boolean
  readonly assert: readonly string[]
  readonly timeout?: string
}
