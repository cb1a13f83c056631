import type { AppFlags } from '../../../frame/app/app.ts'
import type { OutputFlags } from '../../../frame/output-format.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'

export interface TestFlags extends DatabaseFlags, OutputFlags, AppFlags {
  readonly filter?: readonly string[]
  readonly jobs: number
  readonly timeout?: string
  readonly keep: boolean
  readonly junit?: string
  readonly dryRun: boolean
  readonly record?: string
}
