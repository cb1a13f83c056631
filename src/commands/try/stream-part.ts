import { command } from '../../core/words/command-line.ts'
import { follow } from '../../frame/follow/follow-workflows.ts'
import { streamValueLine } from '../../render/stream/stream-value-line.ts'
import type { Part } from './tour.ts'

/** Typed lines appear, each as it is written. */
export const streamPart: Part = {
  title: 'Streams: every value, in order, as it is written',
  run: async ({ context, store, style, nameWorkflow, start, say, show }) => {
    const workflowId = nameWorkflow('stream')
    await say('Progress, logs, tokens of a model: whoever comes late gets them from the start.')
    await show(command('stream', [workflowId, 'progress_stream'], { '--follow': true }))
    await start('streamingWorkflow', workflowId, [4])
    const { stdout } = context.terminal
    const { isTerminal } = stdout
    await follow(context, store, {
      workflowIds: [workflowId],
      output: stdout,
      format: 'quiet',
      onChange: async (change) => {
        if (change.type === 'stream') {
          await context.terminal.print(
            streamValueLine(change, { style, withKey: false, isTerminal, width: stdout.columns }),
          )
        }
        return false
      },
    })
  },
}
