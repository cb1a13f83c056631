import type { OutputFlags } from '../../../frame/output-format.ts'
import type { Surroundings } from '../../../render/explain/fixes.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'

export interface RecoverFlags extends DatabaseFlags, OutputFlags {
  readonly dryRun: boolean
  readonly gone?: readonly string[]
  readonly application?: readonly string[]
  readonly toVersion?: string
  readonly grace: string
  readonly watch: boolean
  readonly every: string
  readonly yes: boolean
}

/** What one look round shall find, and where its hints will be typed. */
export interface RoundRequest {
  readonly graceMs: number
  readonly ids: readonly string[] | undefined
  readonly flags: RecoverFlags
  readonly surroundings: Surroundings
}
