// A long load that can be told to stop between two batches, and keeps what it has:
//   drover run etl 100 --id load --app examples/patterns/etl.js
//   drover send load '"that is enough"' --topic cancel
import { setTimeout as sleep } from 'node:timers/promises'
import { DBOS } from '@dbos-inc/dbos-sdk'

async function etl(batches = 100, batchMs = 50) {
  for (let batch = 1; batch <= batches; batch++) {
    const reason = await DBOS.recv('cancel', { timeoutSeconds: 0 })
    if (reason !== null) return { loaded: batch - 1, stopped: reason }
    await DBOS.runStep(() => sleep(batchMs), { name: 'load' })
    await DBOS.setEvent('progress', { done: batch, total: batches })
  }
  return { loaded: batches, stopped: null }
}

DBOS.registerWorkflow(etl, { name: 'etl' })
