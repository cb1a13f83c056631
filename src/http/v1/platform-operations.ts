import { CliError } from '../../core/errors.ts'
import { statsParts } from '../../core/metrics/workflow-stats.ts'
import { listQueues } from '../../core/run/list-queues.ts'
import { listSchedules } from '../../core/run/list-schedules.ts'
import { listVersions } from '../../core/run/list-versions.ts'
import { listWorkers } from '../../core/run/list-workers.ts'
import { parseTime } from '../../core/words/time.ts'
import { toWorkerJson } from '../../render/columns/worker-columns.ts'
import { toStatsJson } from '../../render/stats/stats-columns.ts'
import { toListedQueueJson, toListedScheduleJson, toVersionJson } from '../../render/to-json.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { jsonResponse } from '../route.ts'
import { noQuery, statsQuery } from './inputs.ts'
import { type Operation, readQuery } from './operation.ts'
import type { ShapeName } from './shapes.ts'

export function platformOperations({ store, now }: GatewayParts): readonly Operation[] {
  const list = (
    path: string,
    summary: string,
    shape: ShapeName,
    read: () => Promise<readonly object[]>,
  ): Operation => ({
    method: 'get',
    path: `/v1/${path}`,
    summary,
    scope: 'read',
    answer: { shape, isList: true },
    handle: async (context) => {
      readQuery(context, noQuery)
      return jsonResponse(await read())
    },
  })
  return [
    list('queues', 'Registered queues, and what is on them', 'Queue', async () =>
      (await listQueues(store)).map(toListedQueueJson),
    ),
    list('workers', 'The executors that are live, and what they run', 'Worker', async () =>
      (await listWorkers(store, await store.executors(), now())).map(toWorkerJson),
    ),
    list('versions', 'Versions of the applications, and who runs them', 'Version', async () =>
      (await listVersions(store)).map(toVersionJson),
    ),
    list('schedules', 'Schedules, and when they fire next', 'Schedule', async () =>
      (await listSchedules(store)).map(toListedScheduleJson),
    ),
    {
      method: 'get',
      path: '/v1/stats',
      summary: 'Throughput, waits and durations of what ended since, by default within the last hour',
      scope: 'read',
      query: statsQuery,
      answer: { shape: 'Stats' },
      handle: async (context) => {
        const { since = '1h', until, ...filter } = readQuery(context, statsQuery)
        const at = now()
        const range = { since: parseTime(since, at), until: until === undefined ? at : parseTime(until, at) }
        if (range.since >= range.until)
          throw new CliError('invalid-argument', 'There is no time from since to until.')
        const request = { ...filter, ...range, parts: statsParts }
        return jsonResponse(toStatsJson(await store.stats(request), request))
      },
    },
  ]
}
