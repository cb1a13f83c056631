// A staged pipeline that publishes how far it is:
//   drover run pipeline 4 --app examples/patterns/pipeline.js
import { DBOS } from '@dbos-inc/dbos-sdk'

const stages = ['extract', 'transform', 'load']

async function pipeline(items = 4) {
  let records = Array.from({ length: items }, (_, index) => index + 1)
  for (const [index, stage] of stages.entries()) {
    await DBOS.setEvent('stage', stage)
    const input = records
    records = await DBOS.runStep(async () => input.map((record) => record * 2), { name: stage })
    await DBOS.setEvent('progress', { done: index + 1, total: stages.length })
  }
  return { items, sum: records.reduce((sum, record) => sum + record, 0) }
}

DBOS.registerWorkflow(pipeline, { name: 'pipeline' })
