import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']).toString())

/** What happens in the database, and what `pids` and the server use of the processor, within `seconds`. */
export async function costOf(world, pids, seconds) {
  const before = await snapshot(world, pids)
  await sleep(seconds * 1000)
  const after = await snapshot(world, pids)
  return {
    transactionsPerSecond: (after.transactions - before.transactions) / seconds,
    /** In percent of one processor. */
    serverPercent: (usedSince(before.server, after.server) / seconds) * 100,
    clientPercent: (usedSince(before.clients, after.clients) / seconds) * 100,
  }
}

async function snapshot(world, pids) {
  return {
    transactions: await transactions(world),
    server: secondsByPid(serverPids(world.home)),
    clients: secondsByPid(pids),
  }
}

/** How many there were so far in the database, of everybody. */
export async function transactions({ database }) {
  const { rows } = await database.query(
    'select pg_stat_force_next_flush(), (select xact_commit + xact_rollback from pg_stat_database where datname = current_database()) as transactions',
  )
  return Number(rows[0].transactions)
}

/** What these processes used of a processor so far, with all their threads. Finer than the ticks of `stat`. */
export function processorMs(pids) {
  const files = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/schedstat`),
  )
  return files.reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6, 0)
}

/** Of the processes that are there at the end. */
function usedSince(before, after) {
  return [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0)
}

function serverPids(home) {
  const [postmaster = ''] = readFileSync(`${home}/db/data/postmaster.pid`, 'utf8').split('\n')
  const children = readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && statOf(pid)?.parent === postmaster,
  )
  return [postmaster, ...children]
}

function secondsByPid(pids) {
  return new Map(pids.map((pid) => [pid, (statOf(pid)?.ticks ?? 0) / ticksPerSecond]))
}

function statOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return { parent: fields[1], ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}
