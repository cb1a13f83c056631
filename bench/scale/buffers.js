import { setTimeout as sleep } from 'node:timers/promises'
import { spawnProcess } from '../processes.js'

const touched = `select coalesce(sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0)
    + coalesce(toast_blks_read + toast_blks_hit, 0) + coalesce(tidx_blks_read + tidx_blks_hit, 0)), 0) as blocks
  from pg_statio_all_tables where schemaname in ('dbos', 'drover')`

/** Buffers of the tables that a whole process touches: no load of the machine changes them. Any exit code will do. */
export async function buffersOf(database, command, env) {
  const before = await read(database)
  const running = spawnProcess(command, env)
  running.child.stdout.resume()
  running.succeeded.catch(() => {})
  await running.ended
  return (await read(database)) - before
}

/** A session counts what it touched when it ends, at the latest; so this one, which may have filled the tables, does it here. */
async function read(database) {
  for (;;) {
    const { rows } = await database.query(`select count(*)::int as others from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
        and application_name like 'drover%'`)
    if (rows[0].others === 0) break
    await sleep(20)
  }
  await database.query('select pg_stat_force_next_flush()')
  return Number((await database.query(touched)).rows[0].blocks)
}
