import { createClient } from './client.js'

const [id, message, topic] = process.argv.slice(2)
const client = await createClient()
await client.send(id, JSON.parse(message), topic)
await client.destroy()
