import type { Database } from '../tables/system-database.ts'

export async function readClock({ session }: Database): Promise<Date> {
  const [row] = await session.query('select clock_timestamp() as now')
  return row?.now as Date
}
