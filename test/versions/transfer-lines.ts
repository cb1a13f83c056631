/** The SDKs whose tables exports go between, the oldest first. */
export const sdkVersions = ['4.10.15', '4.27.6', '5.1.10', '5.3.0']

export type Row = Readonly<Record<string, unknown>>
export interface Line {
  readonly type: string
  readonly row: Row
}

/** Without its head and its end. */
export const toLines = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line))

/** Since when there is a column that has a value in what was made. */
const since: Readonly<Record<string, string>> = {
  'workflow_status.was_forked_from': '4.27.6',
  'workflow_status.completed_at': '4.27.6',
  'workflow_status.application_name': '4.27.6',
  'operation_outputs.application_name': '4.27.6',
  'notifications.consumed_by_function_id': '5.1.10',
}

const ageOf = (sdkVersion = '') => sdkVersions.indexOf(sdkVersion)
export const lostColumns = (from: string, to: string) =>
  Object.entries(since).flatMap(([column, version]) =>
    ageOf(from) >= ageOf(version) && ageOf(to) < ageOf(version) ? [column] : [],
  )
export const toLostColumns = (sentences: readonly string[]) =>
  sentences.map((sentence) => /^These tables have no (\S+): left out of \d+ rows\.$/.exec(sentence)?.[1])

/** The words of an export for what the sentences say was left out. */
const wordOfColumn: Readonly<Record<string, string>> = {
  'workflow_status.was_forked_from': 'workflow.wasForked',
  'workflow_status.completed_at': 'workflow.completedAt',
  'workflow_status.application_name': 'workflow.application',
  'operation_outputs.application_name': 'step.application',
  'notifications.consumed_by_function_id': 'message.readByStep',
}

/** As it is said that it differs: what was active, what is left out, and what only a default fills. */
export function toComparable(
  text: string,
  active: ReadonlySet<string>,
  lost: readonly string[] = [],
  idOf: (id: string) => string = (id) => id,
): readonly string[] {
  const leftOut = toLostColumns(lost).map((column) => wordOfColumn[column ?? ''])
  return toLines(text)
    .map(({ type, row }) => {
      const isActive = type === 'workflow' && active.has(idOf(String(row.id)))
      const same = Object.entries(row).flatMap(([word, value]) => {
        if (leftOut.includes(`${type}.${word}`) || value === null || value === false) return []
        if (isActive && changedByImport.includes(word)) return []
        if (word === 'deduplicationId' || (word === 'id' && type === 'message')) return []
        const isId = ['id', 'workflowId', 'parentId', 'forkedFrom', 'childId'].includes(word)
        return [[word, isId ? idOf(String(value)) : value] as const]
      })
      return JSON.stringify({ type, row: Object.fromEntries(same.sort()) })
    })
    .sort()
}

const changedByImport = ['status', 'queue', 'startedAt', 'completedAt', 'updatedAt']
