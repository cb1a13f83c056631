import type { Schedule } from '../../../core/platform.ts'
import type { Store } from '../../../core/store.ts'
import type { OutputFlags } from '../../../frame/output-format.ts'
import type { SignatureFlags } from '../../../frame/record/sign.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'
import { listOrNearest, type Missing, requireThere } from '../platform-result.ts'

export interface ScheduleFlags extends DatabaseFlags, OutputFlags, SignatureFlags {}

/** Throws `not-there`. */
export async function findSchedule(store: Store, name: string): Promise<Schedule> {
  const schedules = await store.schedules()
  return requireThere(
    schedules.find((one) => one.name === name),
    missingAmong(() => schedules, name),
  )
}

export function missingSchedule(store: Store, name: string): Missing {
  return missingAmong(() => store.schedules(), name)
}

function missingAmong(read: () => readonly Schedule[] | Promise<readonly Schedule[]>, name: string): Missing {
  return {
    notFound: `There is no schedule "${name}" there.`,
    notFoundHint: async () => {
      const schedules = await read()
      return listOrNearest(
        'schedules',
        name,
        schedules.map((schedule) => schedule.name),
      )
    },
  }
}
