// How long it takes from nothing, from stopped and from running to the first query. Usage: npm run bench:local [rounds]
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { createLocalDatabase } from '../dist/local/local-database.js'

const [argument, childHome] = process.argv.slice(2)
const database = { database: 'drover', connectTimeoutMs: 5000 }

if (childHome === undefined) await measureAll(Number(argument ?? 9))
else await measureOnce(childHome)

/** In a process of its own: what a command pays before it can do anything. */
async function measureOnce(home) {
  const local = createLocalDatabase({ home, env: process.env })
  const calledAtMs = performance.now()
  const { url } = await local.open(database)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('select 1')
  const answeredAtMs = performance.now()
  await client.end()
  await local.leave()
  process.stdout.write(JSON.stringify({ openMs: answeredAtMs - calledAtMs, processMs: answeredAtMs }))
}

async function measureAll(rounds) {
  const home = mkdtempSync('/tmp/drover-bench-')
  // Where root runs this, another user runs the server.
  chmodSync(home, 0o755)
  const samples = { 'nothing → first query': [], 'stopped → first query': [], 'running → first query': [] }
  for (let round = 0; round < rounds; round++) {
    const local = createLocalDatabase({ home, env: process.env })
    rmSync(`${home}/pg`, { recursive: true, force: true })
    samples['nothing → first query'].push(sample(home))
    samples['stopped → first query'].push(sample(home))
    await local.open(database)
    samples['running → first query'].push(sample(home))
    await local.reset({ database: 'drover', all: true })
  }
  rmSync(home, { recursive: true })
  for (const [name, values] of Object.entries(samples)) report(name, values)
}

function sample(home) {
  // It would add 30 ms to each start of Node 20.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'once', home], { env })
  return JSON.parse(output.toString())
}

function report(name, values) {
  const openMs = median(values.map((value) => value.openMs))
  const processMs = median(values.map((value) => value.processMs))
  const fastestMs = Math.min(...values.map((value) => value.openMs))
  process.stdout.write(
    `${name}: ${openMs.toFixed(0)} ms (fastest ${fastestMs.toFixed(0)}), with the start of Node ${processMs.toFixed(0)} ms; median of ${values.length}\n`,
  )
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
