import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { createLocalDatabase } from '../../dist/local/local-database.js'

const rounds = 9

/** How long the embedded Postgres takes from nothing, from stopped and from running to the first query. */
export async function local({ env }) {
  const home = mkdtempSync('/tmp/drover-bench-')
  // Where root runs this, another user runs the server.
  chmodSync(home, 0o755)
  const rows = { 'running → first query': [], 'stopped → first query': [], 'nothing → first query': [] }
  for (let round = 0; round < rounds; round++) {
    const database = createLocalDatabase({ home, env: process.env })
    rmSync(path.join(home, 'pg'), { recursive: true, force: true })
    rows['nothing → first query'].push(sample(home, env))
    rows['stopped → first query'].push(sample(home, env))
    await database.open({ database: 'drover', connectTimeoutMs: 5000 })
    rows['running → first query'].push(sample(home, env))
    await database.reset({ database: 'drover', all: true })
  }
  rmSync(home, { recursive: true })
  return { title: 'the embedded Postgres, without the start of Node', rows }
}

/** In a process of its own: what a command pays before it can do anything. */
function sample(home, env) {
  const script = path.join(import.meta.dirname, '../first-query.js')
  return Number(execFileSync(process.execPath, [script, home], { env }).toString())
}
