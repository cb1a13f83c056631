import { CliError } from '../../core/errors.ts'
import type { ApplicationRows, RenameRequest } from '../../core/platform.ts'
import { usualSilenceMs } from '../connection/connect.ts'
import { withDbosClient } from '../connection/dbos-client.ts'
import { withIntent } from '../record/find-recorder.ts'
import { applicationVersions } from '../tables/application-versions.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import { queues } from '../tables/registered-queues.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowSchedules } from '../tables/workflow-schedules.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

const tables = {
  queues,
  schedules: workflowSchedules,
  versions: applicationVersions,
  workflows: workflowStatus,
  steps: operationOutputs,
} as const

const words = Object.keys(tables) as readonly (keyof typeof tables)[]

/** Of one statement, so that nothing is counted twice. */
export async function readApplicationRows(
  { session, schema }: Database,
  application: string | null,
): Promise<ApplicationRows> {
  requireApplications(schema)
  const counts = words.map((word) => {
    const t = tables[word].in(schema, 't')
    return `(select count(*) from ${t} where ${t.application} is not distinct from $1) as ${word}`
  })
  const [row] = await session.query(`select ${counts.join(', ')}`, [application])
  return toRows((word) => Number(row?.[word]))
}

/** A batch of the client's may take long, and says nothing meanwhile. */
const timesUsualSilence = 10

export async function renameApplication(
  database: Database,
  { from, to, adoptsUnclaimed }: RenameRequest,
): Promise<ApplicationRows> {
  const { session, schema } = database
  requireApplications(schema)
  const { silenceMs = usualSilenceMs, ...others } = session.options
  const options = { ...others, silenceMs: timesUsualSilence * silenceMs }
  return withIntent(
    database,
    'versions rename-application',
    { subject: from, after: { application: to, ...(adoptsUnclaimed && { adoptsUnclaimed }) } },
    async () => {
      const moved = await withDbosClient(session.target, options, (dbos) =>
        dbos.renameApplication(from, to, { adoptUnclaimedRows: adoptsUnclaimed }),
      )
      return toRows((word) => moved[word])
    },
    (moved) => ({ application: to, ...moved }),
  )
}

function toRows(countOf: (word: keyof ApplicationRows) => number): ApplicationRows {
  return Object.fromEntries(words.map((word) => [word, countOf(word)])) as unknown as ApplicationRows
}

function requireApplications(schema: SystemSchema): void {
  if (words.every((word) => tables[word].isIn(schema, 'application'))) return
  throw new CliError(
    'schema-unsupported',
    'In these DBOS tables nothing says to which application it belongs.',
    {
      hint: 'start a worker with SDK 4.27 or newer: it brings the tables up to date',
    },
  )
}
