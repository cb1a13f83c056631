import { DBOS } from '@dbos-inc/dbos-sdk'

DBOS.setConfig({ name: 'drover-demo' })

export { approvalWorkflow } from './approval-workflow.ts'
export { eventsWorkflow } from './events-workflow.ts'
export { publishWorkflow } from './publish-workflow.ts'
export { streamingWorkflow } from './streaming-workflow.ts'
