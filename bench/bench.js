// The figures of docs/figures.md, measured: drover, the SDK's own client and psql side by side, whole processes unless a section
// says otherwise. Usage: npm run bench [-- section…], or npm run bench -- --save-baseline, after which `bench baseline` compares
// with what was saved.
import os from 'node:os'
import { saveBaseline } from './baseline.js'
import { report, say } from './report.js'
import { baseline, measureBaseline } from './sections/baseline.js'
import { catchUp } from './sections/catch-up.js'
import { cutting } from './sections/cutting.js'
import { ending } from './sections/ending.js'
import { enqueue } from './sections/enqueue.js'
import { event } from './sections/event.js'
import { followers } from './sections/followers.js'
import { forks } from './sections/forks.js'
import { gateway } from './sections/gateway.js'
import { idle } from './sections/idle.js'
import { inbox } from './sections/inbox.js'
import { instructions } from './sections/instructions.js'
import { local } from './sections/local.js'
import { memory } from './sections/memory.js'
import { million } from './sections/million.js'
import { polling } from './sections/polling.js'
import { retain } from './sections/retain.js'
import { scale } from './sections/scale.js'
import { startup } from './sections/startup.js'
import { stream } from './sections/stream.js'
import { throughput } from './sections/throughput.js'
import { top } from './sections/top.js'
import { transfer } from './sections/transfer.js'
import { watchers } from './sections/watchers.js'
import { openWorld } from './world.js'

const sections = {
  startup,
  instructions,
  local,
  stream,
  event,
  ending,
  enqueue,
  throughput,
  catchUp,
  memory,
  idle,
  polling,
  watchers,
  followers,
  gateway,
  inbox,
  million,
  top,
  cutting,
  forks,
  retain,
  transfer,
  scale,
  baseline,
}
const names = Object.keys(sections)
const saving = '--save-baseline'
const isSaving = process.argv.includes(saving)
const chosen = process.argv.slice(2).filter((word) => word !== saving)
const unknown = chosen.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  say(`There is no section ${unknown.join(', ')}; there are: ${names.join(', ')}`)
  process.exit(2)
}

const { model = 'an unknown processor' } = os.cpus()[0] ?? {}
say(`Node ${process.version}, ${os.cpus().length} × ${model.trim()}, load ${os.loadavg()[0]?.toFixed(1)}`)
const world = await openWorld()
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => world.close().finally(() => process.exit(130)))
}
/** Not by themselves: two take minutes, and one is for those who change the code. */
const byNameOnly = ['scale', 'instructions', 'baseline']
try {
  if (isSaving) saveBaseline(await measureBaseline(world))
  else
    for (const name of chosen.length > 0 ? chosen : names.filter((one) => !byNameOnly.includes(one)))
      if (!report(name, await sections[name](world))) process.exitCode = 1
} finally {
  await world.close()
}
