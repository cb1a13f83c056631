import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { createLocalDatabase } from '../dist/local/local-database.js'
import { spawnProcess } from './processes.js'

const here = path.dirname(fileURLToPath(import.meta.url))
const bin = path.join(here, '../bin/drover.js')
const silent = () => {}

/** A server of its own, empty, that ends with the run; and a worker on it once somebody asks. */
export async function openWorld() {
  const home = mkdtempSync('/tmp/drover-bench-')
  // Where root runs this, another user runs the server.
  chmodSync(home, 0o755)
  // A hundred watchers need more than the usual hundred connections.
  const local = createLocalDatabase({ home, env: process.env, settings: { max_connections: '400' } })
  const { url } = await local.open({ database: 'drover', connectTimeoutMs: 5000 })
  const env = cleanEnvironment(home, url)
  // Its first connection makes the tables.
  await spawnProcess([process.execPath, bin, 'list'], env).succeeded
  const database = new pg.Pool({ connectionString: url, max: 4 })
  // The server ends before the last connection is gone.
  database.on('error', () => {})
  const logger = { info: silent, debug: silent, warn: silent, error: silent }
  const client = await DBOSClient.create({ systemDatabaseUrl: url, logger })
  let worker

  const drover = (...args) => [process.execPath, bin, ...args]
  const startWorker = () => {
    worker ??= new Promise((resolve, reject) => {
      const running = spawnProcess(drover('worker', '--app', path.join(here, 'app.js')), env)
      running.onStderrLine((line) => line.startsWith('Ready') && resolve(running))
      running.succeeded.catch(reject)
    })
    return worker
  }
  const stopWorker = async () => {
    const running = await worker
    worker = undefined
    running?.kill('SIGTERM')
    await running?.ended
  }

  return {
    home,
    url,
    env,
    database,
    client,
    /** The command line of drover. */
    drover,
    /** The environment in which such a script looks every `ms`, as a sensible user of the SDK's client has it look. */
    pollingEvery: (ms) => ({ ...env, BENCH_POLLING_MS: String(ms) }),
    /** The command line of a script that uses the SDK's client as its documentation says. */
    sdk: (script, ...args) => [process.execPath, path.join(here, 'sdk', script), ...args],
    psql: (sql) => ['psql', '-X', '-q', '-d', url, '-c', sql],
    dbosCli: (...args) => {
      const sdk = createRequire(import.meta.url).resolve('@dbos-inc/dbos-sdk')
      return [process.execPath, path.join(path.dirname(sdk), 'cli/cli.js'), ...args]
    },
    startWorker,
    /** For what counts the transactions of the whole database. */
    stopWorker,
    /** Enqueued for the worker, by the queue that `drover start` takes. */
    start: async (name, id, ...args) => {
      await startWorker()
      const version = { appVersion: 'drover-bench@dev', applicationName: 'drover-bench' }
      return client.enqueue({ workflowName: name, queueName: 'drover', workflowID: id, ...version }, ...args)
    },
    close: async () => {
      await stopWorker()
      await client.destroy()
      await database.end()
      await local.stop({ force: true })
      rmSync(home, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

/** Without NODE_EXTRA_CA_CERTS, which Node 20 parses for 30 ms at every start. */
function cleanEnvironment(home, url) {
  const { PATH, HOME, USER } = process.env
  return { PATH, HOME, USER, DROVER_HOME: home, DROVER_DB_URL: url, BENCH_URL: url }
}
