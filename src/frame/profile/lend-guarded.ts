import type { Context } from '../../context.ts'
import { guardStore } from '../../core/profile/guard-store.ts'
import type { Profile } from '../../core/profile/profile.ts'
import type { Store } from '../../core/store.ts'
import { profileMark } from '../../render/profile-mark.ts'
import { createStyle } from '../../render/style.ts'
import { createChangeGuard, type LentStore } from './change-guard.ts'

/** The store of a profile: what changes something is asked about, and every question says which profile it is about. */
export function lendGuarded(context: Context, store: Store, profile: Profile): LentStore {
  markQuestions(context, profile)
  const guard = createChangeGuard(context, profile, store.database.label)
  return { ...guardStore(store, guard.permit), guard }
}

export function markQuestions({ terminal }: Pick<Context, 'terminal'>, profile: Profile): void {
  terminal.useMark(profileMark(profile, createStyle(terminal.stderr.colorLevel)))
}
