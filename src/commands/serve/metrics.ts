import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { readRecentMetrics } from '../../core/metrics/gather-metrics.ts'
import { withReadStore } from '../../frame/with-store.ts'
import { renderOpenMetrics } from '../../render/open-metrics.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

export function metricsCommand(context: Context): Command {
  return new Command('metrics')
    .summary('print figures once, for the textfile collector of Prometheus')
    .description(
      'Print in the text format of OpenMetrics what is active, queued, waiting, live and left behind, and what ended in the last 5 minutes.\nA gateway that runs has the same under /metrics, where it counts what ended since it began.',
    )
    .action((_, command: Command) => runMetrics(context, command.optsWithGlobals<DatabaseFlags>()))
}

async function runMetrics(context: Context, flags: DatabaseFlags): Promise<void> {
  await withReadStore(context, flags, async (store, { audit }) => {
    const metrics = await readRecentMetrics({ store, isRecorded: audit.value !== 'off' })
    await context.terminal.print(renderOpenMetrics(metrics).trimEnd())
  })
}
