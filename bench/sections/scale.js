import { exact } from '../report.js'
import { buffersOf } from '../scale/buffers.js'
import { fillScale } from '../scale/fill-scale.js'

const count = 1_000_000
const most = 1000
const perActive = 5
const left = 200

/** Those that look at all that is active. */
const ofActive = [
  ['inbox', '--limit', '20'],
  ['metrics'],
  ['doctor'],
  ['recover', '--dry-run', '--grace', '1ms'],
  // Without a limit of their own: a block for each of these that is active.
  ['queues'],
  ['versions'],
]

const bounded = [
  ['list'],
  ['list', '--name', 'rare'],
  ['list', '--name', 'never'],
  ['list', '--status', 'PENDING', '--status', 'ENQUEUED', '--status', 'DELAYED'],
  ['list', '--status', 'CANCELLED'],
  ['explain', 'scale-50'],
  ['explain', `scale-${count - 700}`],
  ['explain', 'scale-long'],
  ['start', 'never', '1', '--queue', 'queue-1', '--app-version', 'v1'],
  ['start', 'rare', '1', '--app-version', 'v1'],
  ['get', 'scale-3'],
  ['get', 'scale-long'],
  ['steps', 'scale-3'],
  ['steps', 'scale-long', '--last', '20'],
  ['events', 'scale-10'],
  ['messages', 'scale-5'],
  ['workers'],
  ['schedules'],
  ['fork', 'scale-3', '--from', '1', '--yes'],
]

/** Buffers that each command touches among a million workflows, 20,000 of which are active. By name only: it takes minutes. */
export async function scale({ database, env, drover }) {
  await fillScale(database, count)
  await database.query('vacuum analyze')
  const { rows } = await database.query(
    `select count(*)::int as active from dbos.workflow_status where status in ('PENDING', 'ENQUEUED', 'DELAYED')`,
  )
  const [{ active }] = rows
  const measure = async (args, limit) => {
    const blocks = await buffersOf(database, drover(...args), env)
    return [`${args.join(' ')} ≤ ${limit} blks (${blocks})`, blocks <= limit, exact]
  }
  const goals = []
  for (const args of bounded) goals.push(await measure(args, most))
  for (const args of ofActive) goals.push(await measure(args, most + perActive * active))
  await endAllBut(database, left)
  // `doctor` explains twenty at most, which are few only beside very many.
  for (const args of ofActive.filter(([verb]) => verb !== 'doctor')) {
    const [title, ...rest] = await measure(args, most + perActive * left)
    goals.push([`${left} left: ${title}`, ...rest])
  }
  return { title: `buffers among ${count.toLocaleString('en')} workflows, ${active} of them active`, goals }
}

/** What a busy day leaves in indexes: they keep the pages of all who were active. */
async function endAllBut(database, count) {
  const active = `status in ('PENDING', 'ENQUEUED', 'DELAYED')`
  await database.query(`update dbos.workflow_status set status = 'SUCCESS', completed_at = created_at + 700
    where ${active} and workflow_uuid not in
      (select workflow_uuid from dbos.workflow_status where ${active} order by md5(workflow_uuid) limit ${count})`)
  await database.query('vacuum analyze')
}
