import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']).toString())

/** What happens in the database, and what `pids` and the server use of the processor, within `seconds`. */
export async function costOf(world, pids, seconds) {
  const before = await snapshot(world, pids)
  await sleep(seconds * 1000)
  const after = await snapshot(world, pids)
  const perSecond = (key) => (after[key] - before[key]) / seconds
  return {
    transactionsPerSecond: perSecond('transactions'),
    /** In percent of one processor. */
    serverPercent: perSecond('serverSeconds') * 100,
    clientPercent: perSecond('clientSeconds') * 100,
  }
}

async function snapshot({ database, home }, pids) {
  const { rows } = await database.query(
    'select pg_stat_force_next_flush(), (select xact_commit + xact_rollback from pg_stat_database where datname = current_database()) as transactions',
  )
  return {
    transactions: Number(rows[0].transactions),
    serverSeconds: secondsOf(serverPids(home)),
    clientSeconds: secondsOf(pids),
  }
}

function serverPids(home) {
  const [postmaster = ''] = readFileSync(`${home}/db/data/postmaster.pid`, 'utf8').split('\n')
  const children = readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && statOf(pid)?.parent === postmaster,
  )
  return [postmaster, ...children]
}

/** Of processes that live on: what one used that ended meanwhile is missing. */
function secondsOf(pids) {
  return pids.reduce((sum, pid) => sum + (statOf(pid)?.ticks ?? 0), 0) / ticksPerSecond
}

function statOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return { parent: fields[1], ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}
