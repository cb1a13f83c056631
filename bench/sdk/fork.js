import { createClient } from './client.js'

const [prefix, count, step] = process.argv.slice(2)
const client = await createClient()
for (let n = 1; n <= Number(count); n++) await client.forkWorkflow(`${prefix}${n}`, Number(step))
await client.destroy()
