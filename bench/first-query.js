import pg from 'pg'
import { createLocalDatabase } from '../dist/local/local-database.js'

const [home = ''] = process.argv.slice(2)
const local = createLocalDatabase({ home, env: process.env })
const calledAtMs = performance.now()
const { url } = await local.open({ database: 'drover', connectTimeoutMs: 5000 })
const client = new pg.Client({ connectionString: url })
await client.connect()
await client.query('select 1')
const answeredAtMs = performance.now()
await client.end()
await local.leave()
process.stdout.write(String(answeredAtMs - calledAtMs))
