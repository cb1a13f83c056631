import { createClient, polling } from './client.js'

const [id] = process.argv.slice(2)
const client = await createClient()
process.stdout.write(`${JSON.stringify(await client.retrieveWorkflow(id).getResult(polling))}\n`)
await client.destroy()
