// The application of the bench as its owner would run it without drover; it polls the queues that are in the database, as drover's worker does.
import { DBOS } from '@dbos-inc/dbos-sdk'
import './app.js'

const silent = () => {}
DBOS.setConfig({
  name: 'drover-bench',
  applicationVersion: 'plain@dev',
  systemDatabaseUrl: process.env.BENCH_URL,
  logger: { info: silent, debug: silent, warn: silent, error: silent },
})
await DBOS.launch()
process.stdout.write('ready\n')
