import { follow } from '../../frame/follow/follow-workflows.ts'
import type { Part } from './tour.ts'

/** The bar moves. */
export const eventsPart: Part = {
  title: 'Events: a workflow tells how far it is',
  run: async ({ context, store, nameWorkflow, start, say, command }) => {
    const workflowId = nameWorkflow('events')
    await say('Whoever wants to know reads the latest value of `progress`, `status` and `result`.')
    await command(`drover run eventsWorkflow 5 --app drover:demo --id ${workflowId}`)
    await start('eventsWorkflow', workflowId, [5])
    await follow(context, store, {
      workflowIds: [workflowId],
      output: context.terminal.stdout,
      format: 'picture',
    })
  },
}
