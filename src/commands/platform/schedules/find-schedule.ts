import type { Schedule } from '../../../core/platform.ts'
import type { Store } from '../../../core/store.ts'
import type { Phrase } from '../../../core/words/command-line.ts'
import type { OutputFlags } from '../../../frame/output-format.ts'
import type { SignatureFlags } from '../../../frame/record/sign.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'
import { listOrNearest, requireThere } from '../platform-result.ts'

export interface ScheduleFlags extends DatabaseFlags, OutputFlags, SignatureFlags {}

/** Throws `not-there`. */
export async function findSchedule(store: Store, name: string): Promise<Schedule> {
  const schedules = await store.schedules()
  return requireThere(
    schedules.find((one) => one.name === name),
    missingAmong(schedules, name),
  )
}

interface MissingSchedule {
  readonly notFound: string
  readonly notFoundHint: Phrase
}

export async function missingSchedule(store: Store, name: string): Promise<MissingSchedule> {
  return missingAmong(await store.schedules(), name)
}

function missingAmong(schedules: readonly Schedule[], name: string): MissingSchedule {
  const names = schedules.map((schedule) => schedule.name)
  return {
    notFound: `There is no schedule "${name}" there.`,
    notFoundHint: listOrNearest('schedules', name, names),
  }
}
