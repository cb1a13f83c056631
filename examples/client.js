// Runs the examples against the database that drover uses here: node examples/client.js [events] [approval] [streaming]
import { connect } from 'drover'
import { approval } from './approval.js'
import { events } from './events.js'
import { streaming } from './streaming.js'

const examples = { events, approval, streaming }
const chosen = process.argv.slice(2)
const names = chosen.length > 0 ? chosen : Object.keys(examples)

const drover = await connect()
try {
  await Promise.all(names.map((name) => examples[name](drover, (text) => say(name, text))))
} finally {
  await drover.close()
}

function say(name, text) {
  process.stdout.write(`${name.padEnd(10)} ${text}\n`)
}
