import { sessionNameBytes, sessionPrefix, startingExecutorId } from '../../core/dbos-names.ts'
import type { LiveExecutor } from '../../core/diagnosis/situation.ts'
import type { Row } from '../connection/connect.ts'
import { applicationVersions } from '../tables/application-versions.ts'
import { toFilledText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'

/** Where there are more, what is registered excludes nothing. */
const mostVersions = 1000

export type Query = (sql: string, parameters: readonly unknown[]) => Promise<readonly Row[]>

export interface RegisteredVersion {
  readonly version: string
  readonly application: string | null
}

/** Every executor registers its version when it launches. */
export async function readRegisteredVersions(
  query: Query,
  schema: SystemSchema,
): Promise<readonly RegisteredVersion[]> {
  const v = applicationVersions.in(schema, 'v')
  if (!applicationVersions.isIn(schema)) return []
  const application = v.application
  const rows = await query(
    `select ${v.version} as version, ${application} as application
     from ${v} order by ${v.registeredAt} desc limit ${mostVersions}`,
    [],
  )
  return rows.map((row) => ({ version: String(row.version), application: toFilledText(row.application) }))
}

export interface SessionName extends Pick<LiveExecutor, 'executorId' | 'versionStart'> {
  /** Empty where the name does not tell the whole of it. */
  readonly version: string
}

/** `dbos_transact_<executorId>_<version>`; both may hold underscores, the ids of drover's own executors do not. */
export function parseSessionName(name: string, registered: readonly RegisteredVersion[]): SessionName {
  const rest = name.slice(sessionPrefix.length)
  const isCut = Buffer.byteLength(name) >= sessionNameBytes
  const own = startingExecutorId(rest)
  const split = own?.length ?? findSplit(rest, isCut, registered)
  const executorId = split < 0 ? rest : rest.slice(0, split)
  const versionStart = split < 0 ? '' : rest.slice(split + 1)
  return { executorId, version: isCut ? '' : versionStart, versionStart }
}

function findSplit(rest: string, isCut: boolean, registered: readonly RegisteredVersion[]): number {
  const splits = [...rest.matchAll(/_(?=.)/gs)].map(({ index }) => index)
  const known = splits.find((split) => {
    const start = rest.slice(split + 1)
    return registered.some(({ version }) => (isCut ? version.startsWith(start) : version === start))
  })
  if (known !== undefined) return known
  // What begins no version that there is, is still the executor's id.
  return isCut && registered.length > 0 ? -1 : rest.lastIndexOf('_')
}

/** What the registered versions tell of the one that a session names only in part, or not at all, and of its application. */
export function completeVersion(
  { version, versionStart }: Pick<SessionName, 'version' | 'versionStart'>,
  registered: readonly RegisteredVersion[],
): Pick<LiveExecutor, 'version' | 'candidateVersions' | 'application'> {
  const matching = registered.filter((one) =>
    version === '' ? one.version.startsWith(versionStart) : one.version === version,
  )
  const isConclusive = matching.length > 0 && registered.length < mostVersions
  const candidates = [...new Set(matching.map((one) => one.version))]
  const applications = new Set(matching.map((one) => one.application))
  const [application = null] = applications
  return {
    version: version || (isConclusive && candidates.length === 1 ? (candidates[0] ?? '') : ''),
    candidateVersions: version === '' && isConclusive && candidates.length > 1 ? candidates : null,
    application: applications.size === 1 && (version !== '' || isConclusive) ? application : null,
  }
}
