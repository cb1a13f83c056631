// Follows BENCH_COUNT workflows in this process: `one` follower of all, or as `many` as there are workflows. Prints a line when
// each has been seen, and then one for each stream value, with how long after its writing it came.
import { connect } from '../dist/index.js'

const [shape, count] = [process.argv[2], Number(process.argv[3])]
const startedAt = performance.now()
const drover = await connect({ databaseUrl: process.env.BENCH_URL })
const ids = Array.from({ length: count }, (_, index) => `crowd-${index}`)
const groups = shape === 'one' ? [ids] : ids.map((id) => [id])
/** What this process has used, with its start. */
const processorMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const print = (record) => process.stdout.write(`${JSON.stringify(record)}\n`)
const seen = new Set()
let first

process.on('warning', (warning) => print({ warning: warning.name }))

async function follow(group) {
  for await (const change of drover.watch(group, { cursors: false })) {
    first ??= { ms: performance.now() - startedAt, processorMs: processorMs() }
    if (!seen.has(change.workflowId)) {
      seen.add(change.workflowId)
      if (seen.size === count) {
        print({
          first,
          allMs: performance.now() - startedAt,
          bytes: process.memoryUsage().rss,
        })
      }
    }
    if (change.type === 'stream')
      print({ latencyMs: performance.timeOrigin + performance.now() - change.value })
    if (change.type === 'status' && change.workflow.completedAt) {
      print({ endMs: performance.timeOrigin + performance.now() - change.workflow.completedAt.getTime() })
    }
  }
}

await Promise.all(groups.map(follow))
