import { describeQuestion } from '../../core/decide/question-words.ts'
import type { Finding, Stuck } from '../../core/diagnosis/checkup.ts'
import type { Misdirected } from '../../core/diagnosis/misdirected.ts'
import type { Sample } from '../../core/diagnosis/server-health.ts'
import {
  type CommandLine,
  command,
  type Phrase,
  phrase,
  renderPhrase,
} from '../../core/words/command-line.ts'
import { sqlName } from '../../core/words/sql-name.ts'
import { causeSentence, describeStrays } from '../explain/cause-sentence.ts'
import { answerWith, ownStart } from '../explain/fixes.ts'
import type { Column } from '../table.ts'
import { counted, escapeControls, escapeName, shortExecutor } from '../text.ts'
import { formatDuration, formatElapsed } from '../time-text.ts'
import { describePause } from './describe-pause.ts'

/** A line of `doctor`. */
export interface FindingLine {
  readonly check: string
  readonly verdict: Finding['verdict']
  readonly message: string
  /** What to type, or to do; null where all is well. */
  readonly fix: Phrase | null
}

/** What findings say, each with its fix; the first says of which database. */
export function toFindingLines(
  findings: readonly Finding[],
  now: Date,
  { label }: { readonly label: string },
): FindingLine[] {
  return findings.map((finding) => {
    const line = toFindingLine(finding, now)
    return line.check === 'database' ? { ...line, message: `${label}: ${line.message}` } : line
  })
}

function toFindingLine(finding: Finding, now: Date): FindingLine {
  const { check, verdict } = finding
  const [message, fix = null] = describe(finding, now)
  return { check, verdict, message, fix: verdict === 'ok' ? null : fix }
}

function describe(finding: Finding, now: Date): [message: string, fix?: Phrase] {
  switch (finding.check) {
    case 'database':
      return [
        `PostgreSQL ${escapeName(finding.serverVersion)}, ${formatDuration(finding.roundTripMs)} away${finding.isReplica ? ', a read replica: nothing can be changed here, and who is connected to the primary is not seen' : ''}`,
        'name the primary with --db-url to change something',
      ]
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
            `notifications do not arrive${finding.isReplica ? ', for a read replica has none' : finding.isPooled ? ', for a pooler is in between' : ''}: drover polls`,
            `name the ${finding.isReplica ? 'primary' : 'server itself'} with --listen-url`,
          ]
    case 'privileges':
      return describePrivileges(finding)
    case 'login':
      return [
        'the server asks for the password as MD5, which whoever hears it can log in with',
        `set password_encryption = 'scram-sha-256' on the server, then the password of ${escapeName(finding.role)} again`,
      ]
    case 'record':
      return describeRecord(finding)
    case 'index':
      return [
        'no index has the names of workflows: of a name only what ran lately is looked at, and a list of one reads every row',
        escapeControls(finding.statement),
      ]
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
      if (finding.live === undefined)
        return ['which ones are live cannot be seen with this role', showSessions(finding)]
      if (!first) {
        const told = [
          ...finding.live.map(escapeName),
          ...(finding.hasUntold ? ['some that are not told'] : []),
        ]
        return [told.length === 0 ? 'none is live' : told.join(', ')]
      }
      return [
        `the latest version of ${escapeName(first.application)} is ${escapeName(first.latest)}, which nobody runs; what names no version waits for it`,
        command('versions promote', [first.live[0] ?? '']),
      ]
    }
    case 'orphans':
      if (finding.count > 0) {
        const { stranded, executorIds } = finding
        const gone = `${counted(finding.count, 'workflow')} of executors that are gone: ${executorIds.slice(0, 3).map(shortExecutor).join(', ')}`
        return stranded
          ? [
              `${gone}; nobody who lives runs their version ${escapeName(stranded.version ?? '(none)')}`,
              command('explain', [stranded.workflowId]),
            ]
          : [gone, command('recover')]
      }
      return finding.obstacle === null
        ? ['every running workflow has its executor']
        : [
            `cannot be told: ${escapeName(finding.obstacle)}`,
            finding.obstacle.includes('pooler')
              ? 'name the server itself with --db-url'
              : showSessions(finding),
          ]
    case 'stuck':
      return describeStuck(finding.stuck, now)
    case 'dead':
      return describeSample(finding.sample, 'given up by DBOS after too many recoveries', (id) =>
        command('explain', [id]),
      )
    case 'unread':
      return describeSample(finding.sample, 'ended with a message that nobody read', (id) =>
        command('messages', [id]),
      )
    case 'topics':
      return describeTopics(finding.misdirected)
    case 'pauses':
      return describePause(finding, now)
    default:
      return finding satisfies never
  }
}

function describePrivileges({
  seesSessions,
  mayNot,
  role,
}: Extract<Finding, { check: 'privileges' }>): [string, Phrase?] {
  const name = escapeName(role)
  const verbs = ['send', 'approve', 'start'] as const
  const can = ['read', ...verbs.filter((verb) => !mayNot.includes(verb))]
  const lacks = mayNot.length > 0 ? `, not ${listed(mayNot, 'or')}` : ''
  const blind = 'does not see the sessions of others: whether workers live cannot be told'
  const fix = mayNot.includes('approve')
    ? phrase`${command('audit init', [], { '--decider': role })}   # as the owner`
    : showSessions({ role })
  if (seesSessions && mayNot.length === 0) return [`${name} may read, write, and see who is connected`]
  if (mayNot.length === 0) return [`${name} ${blind}`, fix]
  return [`${name} may ${listed(can, 'and')}${lacks}${seesSessions ? '' : `; it ${blind}`}`, fix]
}

function describeRecord({ hasRecord, record }: Extract<Finding, { check: 'record' }>): [string, Phrase?] {
  if (record === 'off') return ['decisions are not recorded: "audit" is "off" in the configuration']
  if (hasRecord) return ['decisions are recorded']
  return record === 'by-itself'
    ? ['the first decision creates the record of decisions']
    : ['there is no record of decisions, so approve and reject are refused', command('audit init')]
}

/** A statement to type into psql. */
function showSessions({ role }: { readonly role: string }): string {
  return `grant pg_read_all_stats to ${escapeName(sqlName(role))}`
}

function listed(words: readonly string[], conjunction: 'and' | 'or'): string {
  return words.join(', ').replace(/, ([^,]*)$/, ` ${conjunction} $1`)
}

function describeWorkers({
  live,
  silent,
  role,
  isBeforeSdk5,
}: Extract<Finding, { check: 'workers' }>): [string, Phrase?] {
  if (live === undefined) return ['cannot be seen with this role', showSessions({ role })]
  if (live.length === 0)
    return ['none is live', isBeforeSdk5 ? ownStart : command('worker', [], { '--app': './your-module.ts' })]
  const names = (list: typeof live) =>
    list
      .slice(0, 3)
      .map(({ executorId }) => shortExecutor(executorId))
      .join(', ')
  if (silent.length === 0) return [`${live.length} live: ${names(live)}${live.length > 3 ? ', …' : ''}`]
  return [`connected and silent: ${names(silent)}`, command('workers')]
}

function describeStuck(stuck: Stuck | null, now: Date): [string, Phrase?] {
  if (!stuck) return ['nothing is stuck']
  const { of, cause, situation } = stuck
  const explain = command('explain', [of.oldestId])
  const sentence = causeSentence(cause, situation)
  if (cause.kind === 'name-unproven') {
    return [`${counted(of.count, 'workflow')} claimed and without a step: ${sentence}`, explain]
  }
  const since = formatElapsed(now.getTime() - of.oldestAt.getTime())
  return [`${counted(of.count, 'workflow')} stuck on a queue, the oldest for ${since}: ${sentence}`, explain]
}

function describeTopics(misdirected: Misdirected | null): [string, Phrase?] {
  if (!misdirected) return ['no message is known to be on a wrong one']
  const { wait, strays } = misdirected
  const awaited = describeQuestion({ ...wait, prompt: null })
  return [
    `${escapeName(wait.workflowId)} waits ${awaited}${describeStrays(strays)}`,
    answerWith(misdirected, strays),
  ]
}

function describeSample(
  { count: number, ids }: Sample,
  what: string,
  fix: (id: string) => CommandLine,
): [string, Phrase?] {
  const [first] = ids
  if (first === undefined) return ['none']
  const more = number >= 1000 ? 'or more ' : ''
  return [`${number} ${more}${number === 1 ? 'workflow' : 'workflows'} ${what}`, fix(first)]
}

/** With its fix as it is typed. */
export interface TypedFinding extends Omit<FindingLine, 'fix'> {
  readonly fix: string | null
}

export function toTypedFinding(line: FindingLine, databaseFlags: readonly string[]): TypedFinding {
  return { ...line, fix: line.fix === null ? null : renderPhrase(line.fix, databaseFlags) }
}

export const findingColumns: readonly Column<TypedFinding>[] = [
  { title: 'VERDICT', value: ({ verdict }) => verdict },
  { title: 'CHECK', value: ({ check }) => check },
  { title: 'MESSAGE', isText: true, value: ({ message }) => message },
  { title: 'FIX', isText: true, value: ({ fix }) => fix ?? '' },
]

export function toFindingJson({ check, verdict, message, fix }: TypedFinding): TypedFinding {
  return { check, verdict, message, fix }
}
