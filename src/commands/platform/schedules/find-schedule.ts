import type { Schedule } from '../../../core/platform.ts'
import type { Store } from '../../../core/store.ts'
import type { OutputFlags } from '../../../frame/output-format.ts'
import type { SignatureFlags } from '../../../frame/record/sign.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'
import { type Missing, missingAmong, requireThere } from '../platform-result.ts'

export interface ScheduleFlags extends DatabaseFlags, OutputFlags, SignatureFlags {}

/** Throws `not-there`. */
export async function findSchedule(store: Store, name: string): Promise<Schedule> {
  const schedules = await store.schedules()
  return requireThere(
    schedules.find((one) => one.name === name),
    notThere(name, () => schedules),
  )
}

export function missingSchedule(store: Store, name: string): Missing {
  return notThere(name, () => store.schedules())
}

function notThere(name: string, read: () => readonly Schedule[] | Promise<readonly Schedule[]>): Missing {
  return missingAmong('schedules', name, `There is no schedule "${name}" there.`, read)
}
