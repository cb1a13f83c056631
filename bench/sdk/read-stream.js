import { createClient, polling } from './client.js'

const [id, key] = process.argv.slice(2)
const client = await createClient()
for await (const value of client.readStream(id, key, polling)) {
  if (!process.stdout.write(`${JSON.stringify(value)}\n`)) {
    await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}
await client.destroy()
