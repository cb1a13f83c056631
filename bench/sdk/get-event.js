import { createClient, polling } from './client.js'

const [id, ...keys] = process.argv.slice(2)
const client = await createClient()
await Promise.all(
  keys.map(async (key) => {
    const value = await client.getEvent(id, key, { timeoutSeconds: 120, ...polling })
    process.stdout.write(`${JSON.stringify({ key, value })}\n`)
  }),
)
await client.destroy()
