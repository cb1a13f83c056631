import type { Finding, Sample, Stuck } from '../core/health.ts'
import { quote } from './answer.ts'
import { causeSentence } from './cause.ts'
import type { Frame } from './gutter.ts'
import type { Style } from './style.ts'
import type { Column } from './table.ts'
import { pad, shortExecutor, visible, wrap } from './text.ts'
import { formatDuration, formatElapsed } from './time.ts'

/** A line of `doctor`. */
export interface FindingLine {
  readonly check: string
  readonly verdict: Finding['verdict']
  readonly says: string
  /** What to type, or to do; null where all is well. */
  readonly mend: string | null
}

/** What a finding says, and its mend. */
export function toFindingLine(finding: Finding, now: Date): FindingLine {
  const { check, verdict } = finding
  const [says, mend = null] = describe(finding, now)
  return { check, verdict, says, mend: verdict === 'ok' ? null : mend }
}

function describe(finding: Finding, now: Date): [says: string, mend?: string] {
  switch (finding.check) {
    case 'database':
      return [`PostgreSQL ${visible(finding.serverVersion)}, ${formatDuration(finding.roundTripMs)} away`]
    case 'schema':
      return finding.verdict === 'ok'
        ? [
            finding.migration === null
              ? 'the DBOS tables are there'
              : `DBOS tables at migration ${finding.migration}`,
          ]
        : [
            `DBOS tables at migration ${finding.migration}, of an SDK before 5.2: some of what drover does is done in other ways there`,
            'update the application, whose launch migrates its tables',
          ]
    case 'listen':
      return finding.isListening
        ? ['notifications arrive']
        : [
            `notifications do not arrive${finding.isPooled ? ', for a pooler is in between' : ''}: drover polls`,
            'name the server itself with --listen-url',
          ]
    case 'privileges':
      return describePrivileges(finding)
    case 'clock':
      return finding.verdict === 'ok'
        ? ['the database and this machine agree on the time']
        : [
            `the clock of the database is ${formatElapsed(Math.abs(finding.differenceMs))} ${finding.differenceMs > 0 ? 'ahead' : 'behind'}`,
            'set both by the same time server: delays and deadlines are in the time of whoever wrote them',
          ]
    case 'workers':
      return describeWorkers(finding)
    case 'versions': {
      const [first] = finding.overtaken
      if (!first) return [finding.live.length === 0 ? 'none is live' : finding.live.map(visible).join(', ')]
      return [
        `the latest version of ${visible(first.application)} is ${visible(first.latest)}, which nobody runs; what names no version waits for it`,
        `drover versions promote ${quote(first.live[0] ?? '')}`,
      ]
    }
    case 'orphans':
      if (finding.count > 0) {
        return [
          `${count(finding.count, 'workflow')} of executors that are gone: ${finding.executorIds.slice(0, 3).map(shortExecutor).join(', ')}`,
          'drover recover',
        ]
      }
      return finding.obstacle === null
        ? ['every running workflow has its executor']
        : [
            `cannot be told: ${visible(finding.obstacle)}`,
            finding.obstacle.includes('pooler')
              ? 'name the server itself with --db-url'
              : 'grant pg_read_all_stats to the role',
          ]
    case 'stuck':
      return describeStuck(finding.stuck, now)
    case 'dead':
      return describeSample(
        finding.sample,
        'given up by DBOS after too many recoveries',
        (id) => `drover explain ${quote(id)}`,
      )
    case 'unread':
      return describeSample(
        finding.sample,
        'ended with a message that nobody read',
        (id) => `drover messages ${quote(id)}`,
      )
    default:
      return finding satisfies never
  }
}

function describePrivileges({
  seesSessions,
  notWritable,
  role,
}: Extract<Finding, { check: 'privileges' }>): [string, string?] {
  const name = visible(role)
  if (notWritable.length > 0) {
    return [
      `${name} may read, and may not write ${notWritable.join(', ')}: no start, send or approve`,
      `grant insert, update on those tables to ${quote(role)}`,
    ]
  }
  return seesSessions
    ? [`${name} may read, write, and see who is connected`]
    : [
        `${name} does not see the sessions of others: whether workers live cannot be told`,
        `grant pg_read_all_stats to ${quote(role)}`,
      ]
}

function describeWorkers({ live, silent }: Extract<Finding, { check: 'workers' }>): [string, string?] {
  if (live === undefined) return ['cannot be seen with this role', 'grant pg_read_all_stats to the role']
  if (live.length === 0) return ['none is live', 'drover worker --app ./your-module.ts']
  const names = (list: typeof live) =>
    list
      .slice(0, 3)
      .map(({ executorId }) => shortExecutor(executorId))
      .join(', ')
  if (silent.length === 0) return [`${live.length} live: ${names(live)}${live.length > 3 ? ', …' : ''}`]
  return [`connected and silent: ${names(silent)}`, 'drover workers']
}

function describeStuck(stuck: readonly Stuck[], now: Date): [string, string?] {
  const [first] = stuck
  if (!first) return ['nothing waits in vain']
  const { backlog, cause } = first
  const workflow = { ...backlog, name: '', className: null, error: null }
  const total = stuck.reduce((sum, one) => sum + one.backlog.count, 0)
  const since = formatElapsed(now.getTime() - backlog.oldestAt.getTime())
  return [
    `${count(total, 'workflow')} in vain on a queue, the oldest for ${since}: ${causeSentence(cause, { workflow, outlook: null, executors: undefined, now })}`,
    `drover explain ${quote(backlog.oldestId)}`,
  ]
}

function describeSample(
  { count: number, ids }: Sample,
  what: string,
  mend: (id: string) => string,
): [string, string?] {
  const [first] = ids
  if (first === undefined) return ['none']
  const more = number >= 1000 ? 'or more ' : ''
  return [`${number} ${more}${number === 1 ? 'workflow' : 'workflows'} ${what}`, mend(quote(first))]
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`
}

const lookByVerdict = {
  ok: { symbol: '✓', paint: 'good' },
  warn: { symbol: '!', paint: 'warning' },
  fail: { symbol: '✗', paint: 'bad' },
} as const satisfies Record<Finding['verdict'], { symbol: string; paint: keyof Style }>

/** For a terminal: what is well in a line, what is not with its mend below. */
export function renderFindings(lines: readonly FindingLine[], { style, width }: Frame): string[] {
  const margin = 18
  return lines.flatMap(({ check, verdict, says, mend }) => {
    const { symbol, paint } = lookByVerdict[verdict]
    const head = style[paint](pad(`${symbol} ${verdict}`, 7)) + pad(check, margin - 7)
    const text = wrap(visible(says), Math.max(1, width - margin), 4)
    return [
      ...text.map((line, index) => (index === 0 ? head : ' '.repeat(margin)) + line),
      ...(mend === null
        ? []
        : wrap(mend, Math.max(1, width - margin), 3).map((line) => ' '.repeat(margin) + style.command(line))),
    ]
  })
}

export const findingColumns: readonly Column<FindingLine>[] = [
  { title: 'VERDICT', value: ({ verdict }) => verdict },
  { title: 'CHECK', value: ({ check }) => check },
  { title: 'SAYS', value: ({ says }) => says },
  { title: 'MEND', value: ({ mend }) => mend ?? '' },
]

export function toFindingJson({ check, verdict, says, mend }: FindingLine): FindingLine {
  return { check, verdict, says, mend }
}
