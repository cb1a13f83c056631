import type { App } from '../../core/run/runtime.ts'
import type { ExperimentWorkflows } from '../../http/gateway-parts.ts'
import type { Settings } from '../../settings/settings.ts'

/** The workflows of the demo, unless the configuration names others. */
export function experimentWorkflows(
  app: App | undefined,
  named: Settings['experiment'],
): ExperimentWorkflows {
  return {
    events: 'eventsWorkflow',
    messaging: 'approvalWorkflow',
    streaming: 'streamingWorkflow',
    topic: 'notification',
    streamKey: 'progress_stream',
    ...named,
    registered: app && new Set(app.workflows.map(({ name }) => name)),
  }
}
