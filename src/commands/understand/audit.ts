import { Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { mergeRecord } from '../../core/record/record-line.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { refuseImpossibleStep } from '../../core/words/database-value.ts'
import { nearest } from '../../core/words/nearest.ts'
import { parseTime } from '../../core/words/time.ts'
import { positiveInteger, repeatable } from '../../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags, printOne, printRows } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { withReadStore, withStore } from '../../frame/with-store.ts'
import { recordColumns } from '../../render/columns/record-columns.ts'
import { toRecordLineJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { verifyCommand } from './audit-verify.ts'

interface AuditFlags extends DatabaseFlags, OutputFlags {
  readonly by?: readonly string[]
  readonly since?: string
  readonly until?: string
  /** The same, as they were called at first. */
  readonly from?: string
  readonly to?: string
  readonly limit?: number
}

interface InitFlags extends DatabaseFlags, OutputFlags {
  readonly decider?: string
  readonly operator?: string
  readonly print: boolean
}

export function auditCommand(context: Context): Command {
  const command = new Command('audit')
    .summary('list who decided and did what, and who tried')
    .description(
      'List decisions, attempts to decide, and what was done to workflows, queues, schedules and versions, the newest first, from the append-only record in the database.\nThe name after "by" is what the decider claimed; role and address are what Postgres saw.',
    )
    .argument('[id]', 'only of this workflow, or of one wait as ID#STEP')
    .addOption(repeatable('--by <name>', 'only by this actor, as claimed; repeatable'))
    .option('--since <time>', 'not before this time, or a duration ago such as 7d')
    .option('--until <time>', 'not after this time')
    .addOption(new Option('--from <time>', 'the same as --since').hideHelp())
    .addOption(new Option('--to <time>', 'the same as --until').hideHelp())
    .option('--limit <count>', 'at most this many (default: 50 as a table, else all)', positiveInteger)
    .action((id: string | undefined, _, command: Command) =>
      runAudit(context, id, command.optsWithGlobals<AuditFlags>()),
    )
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
    .addCommand(verifyCommand(context))
    .addCommand(initCommand(context))
}

function initCommand(context: Context): Command {
  return new Command('init')
    .summary('create the record in a database that drover did not create')
    .description(
      'Print the statements that create the record, and run them: for a role that may create a schema.',
    )
    .option('--decider <role>', 'also grant this role what it needs to decide, and nothing more')
    .option('--operator <role>', 'also grant this role what it needs to put on record what it does')
    .option('--print', 'only print them', false)
    .action((_, command: Command) => runInit(context, command.optsWithGlobals<InitFlags>()))
}

const tableLimit = 50
const meantHints = new Map([
  ['init', phrase`hint: did you mean ${command('audit init')}? it creates the record`],
  ['verify', phrase`hint: did you mean ${command('audit verify')}? it compares the record with the messages`],
])

async function runAudit(context: Context, id: string | undefined, flags: AuditFlags): Promise<void> {
  const now = context.now()
  const { since = flags.from, until = flags.to } = flags
  const from = since === undefined ? undefined : parseTime(since, now)
  const to = until === undefined ? undefined : parseTime(until, now)
  const limit = flags.limit ?? (flags.output === 'table' ? tableLimit : undefined)
  await withReadStore(context, flags, async (store) => {
    const wait = toWait(id)
    const query = { actor: flags.by, from, to, limit: limit === undefined ? undefined : limit + 1 }
    const decisions = await store.decisions({ ...query, ...wait })
    const actions = wait.step === undefined ? await store.actions({ ...query, ...wait }) : []
    const found = mergeRecord(decisions, actions)
    await printRows(context, flags, {
      rows: found.slice(0, limit),
      columns: recordColumns,
      toJson: toRecordLineJson,
      toId: (line) => (line.type === 'decision' ? waitId(line) : (line.workflowId ?? '')),
      empty: `Nothing${id === undefined ? '' : ` of ${id}`} in the record of ${store.database.label}.`,
    })
    // An id may be any word, also one that was meant for a command.
    const meant = found.length === 0 && id !== undefined ? nearest(id, [...meantHints.keys()]) : undefined
    const meantHint = meant === undefined ? undefined : meantHints.get(meant)
    if (meantHint) printNotice(context, meantHint)
    if (limit !== undefined && found.length > limit) {
      printNotice(context, `The newest ${limit}; --limit shows more, -o jsonl all of them.`)
    }
  })
}

function toWait(id: string | undefined): { readonly workflowId?: string; readonly step?: number } {
  if (id !== undefined) refuseImpossibleStep(id)
  const match = id === undefined ? null : /^(.+)#(\d+)$/s.exec(id)
  return match ? { workflowId: match[1], step: Number(match[2]) } : { workflowId: id }
}

async function runInit(context: Context, { decider, operator, print, ...flags }: InitFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    const statements = await store.createRecord({ decider, operator, run: !print })
    await printOne(context, flags, {
      json: { statements, ran: !print },
      text: print ? statements : undefined,
    })
    if (print) return
    const who = [
      decider === undefined ? '' : `; ${decider} may decide`,
      operator === undefined ? '' : `; what ${operator} does is recorded`,
    ]
    printNotice(
      context,
      `Who decides is recorded in drover.decisions of ${store.database.label}, and who acts in drover.actions${who.join('')}.`,
    )
  })
}
