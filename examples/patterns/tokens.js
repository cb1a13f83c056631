// Words that come one by one, as from a language model:
//   drover run write "a haiku about queues" --id haiku --app examples/patterns/tokens.js
//   drover stream haiku tokens --follow
import { setTimeout as sleep } from 'node:timers/promises'
import { DBOS } from '@dbos-inc/dbos-sdk'

async function write(prompt, pauseMs = 20) {
  const words =
    `You asked for ${prompt}. Rows wait in a line, a worker takes the oldest, and the line moves on.`.split(
      ' ',
    )
  for (const word of words) {
    await DBOS.runStep(() => sleep(pauseMs), { name: 'think' })
    await DBOS.writeStream('tokens', word)
  }
  await DBOS.closeStream('tokens')
  return { tokens: words.length }
}

DBOS.registerWorkflow(write, { name: 'write' })
