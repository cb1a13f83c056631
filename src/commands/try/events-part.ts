import { command } from '../../core/words/command-line.ts'
import { follow } from '../../frame/follow/follow-workflows.ts'
import type { Part } from './tour.ts'

/** The bar moves. */
export const eventsPart: Part = {
  title: 'Events: a workflow tells how far it is',
  run: async ({ context, store, nameWorkflow, start, say, show }) => {
    const workflowId = nameWorkflow('events')
    await say('Whoever wants to know reads the latest value of `progress`, `status` and `result`.')
    await show(command('run', ['eventsWorkflow', '5'], { '--app': 'drover:demo', '--id': workflowId }))
    await start('eventsWorkflow', workflowId, [5])
    await follow(context, store, {
      workflowIds: [workflowId],
      output: context.terminal.stdout,
      format: 'picture',
    })
  },
}
