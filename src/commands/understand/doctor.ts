import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { examine } from '../../core/diagnosis/checkup.ts'
import { examineStore } from '../../core/diagnosis/examine-store.ts'
import { CliError, exitCodeOf } from '../../core/errors.ts'
import { exitCodes } from '../../core/exit-codes.ts'
import type { Store } from '../../core/store.ts'
import { command, renderCommand } from '../../core/words/command-line.ts'
import { repeatable } from '../../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { readQueues } from '../../frame/queues/remembered-pauses.ts'
import { createTimeLimit, type TimeLimit } from '../../frame/time-limit.ts'
import { withStore } from '../../frame/with-store.ts'
import { findingColumns, toFindingJson, toFindingLines, toTypedFinding } from '../../render/doctor/finding.ts'
import { renderFindings } from '../../render/doctor/findings-view.ts'
import { createStyle } from '../../render/style.ts'
import { formatBytes } from '../../render/value.ts'
import type { DatabaseFlags, Settings } from '../../settings/settings.ts'
import type { Findings } from './watch-findings.ts'

interface DoctorFlags extends DatabaseFlags, OutputFlags {
  readonly wait: boolean
  readonly timeout?: string
  readonly watch: boolean
  readonly every: string
  readonly notify?: readonly string[]
  readonly exec?: readonly string[]
}

export function doctorCommand(context: Context): Command {
  const command = new Command('doctor')
    .summary('check the database, the workers, and what is stuck')
    .description(
      'Check the database, its DBOS tables, the workers on it and what is stuck there; each line is ok, warn or fail, with its fix.\nA fail is 5; a database that cannot be used at all is 69, or 3.',
    )
    .option('--wait', 'look again until nothing fails', false)
    .option('--timeout <duration>', 'with --wait: for at most this long; then 5, 69 or 3, as without')
    .option('--watch', 'go on, and say what turned bad and what is well again; ctrl-c leaves', false)
    .option('--every <duration>', 'with --watch: how often it looks', '30s')
    .addOption(repeatable('--notify <url>', 'with --watch: post each of these to this address; repeatable'))
    .addOption(repeatable('--exec <command>', 'with --watch: run this with each on its stdin; repeatable'))
    .action((_, command: Command) => runDoctor(context, command.optsWithGlobals<DoctorFlags>()))
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runDoctor(context: Context, flags: DoctorFlags): Promise<void> {
  if (flags.watch || flags.notify || flags.exec) {
    const { watchFindings } = await import('./watch-findings.ts')
    return watchFindings(context, flags, () => look(context, flags, createTimeLimit(context, undefined)))
  }
  const { lines, code } = await findLines(context, flags)
  const { databaseFlags } = context
  if (code !== undefined) context.exitWith(code)
  const { stdout } = context.terminal
  if (flags.output === 'table' && stdout.isTerminal) {
    const frame = {
      style: createStyle(stdout.colorLevel),
      width: stdout.columns,
      now: context.now(),
      databaseFlags,
    }
    return context.terminal.print(renderFindings(lines, frame).join('\n'))
  }
  return printRows(context, flags, {
    rows: lines.map((line) => toTypedFinding(line, databaseFlags)),
    columns: findingColumns,
    toJson: toFindingJson,
    toId: ({ check }) => check,
    empty: 'Nothing was checked.',
  })
}

/** With `--wait` the first look at which nothing fails, or the last one for which there was time. */
async function findLines(context: Context, flags: DoctorFlags): Promise<Findings> {
  if (!flags.wait && flags.timeout !== undefined) {
    throw new CliError('usage', '--timeout needs --wait.', { hint: 'add --wait' })
  }
  const limit = createTimeLimit(context, flags.timeout, { isEndless: flags.wait })
  let last: Findings | undefined
  try {
    return await limit.retry(async () => {
      last = await look(context, flags, limit)
      const failing = last.lines.find(({ verdict }) => verdict === 'fail')
      if (!failing || !flags.wait) return last
      throw new CliError('check-failed', `${failing.check}: ${failing.message}`, { isTransient: true })
    })
  } catch (error) {
    if (last && error instanceof CliError && error.code === 'check-failed') return last
    throw error
  }
}

async function look(context: Context, flags: DoctorFlags, limit: TimeLimit): Promise<Findings> {
  const database = await checkDatabase(context, flags, limit)
  const lines = [...database.lines, ...(await checkEmbedded(context))]
  const fails = lines.some(({ verdict }) => verdict === 'fail')
  return { lines, code: database.code ?? (fails ? exitCodes['check-failed'].code : undefined) }
}

/** A database that cannot be used is the one finding that there is then. */
async function checkDatabase(context: Context, flags: DoctorFlags, limit: TimeLimit): Promise<Findings> {
  const examineAll = async (store: Store, settings: Settings): Promise<Findings> => {
    const { workflows, audit } = settings
    const checkup = await examineStore(store, {
      now: context.now,
      workflows,
      isRecorded: audit.value !== 'off',
      readQueues: () => readQueues(context, store),
    })
    return { lines: toFindingLines(examine(checkup), checkup.server.now, store.database), code: undefined }
  }
  try {
    return await withStore(context, flags, examineAll, { limit, isReading: true })
  } catch (error) {
    if (!(error instanceof CliError) || error.code === 'interrupted') throw error
    const code = exitCodeOf(error.code)
    if (code === exitCodes.usage.code) throw error
    const check =
      error.code.startsWith('schema') || error.code === 'migration-under-way' ? 'schema' : 'database'
    return { lines: [{ check, verdict: 'fail', message: error.message, fix: error.advice ?? null }], code }
  }
}

async function checkEmbedded(context: Context): Promise<Findings['lines']> {
  if (context.edition === 'executable') return []
  const local = await context.local()
  if (!local.exists())
    return [{ check: 'embedded', verdict: 'ok', message: 'there is no embedded Postgres', fix: null }]
  const { state, version, sizeBytes, pinned } = await local.status()
  const size = sizeBytes === null ? '' : `, ${formatBytes(sizeBytes)}`
  const stays = pinned ? `, until ${renderCommand(command('db stop'))}` : ''
  const message = `the embedded Postgres${version === null ? '' : ` ${version}`} is ${state}${stays}${size}`
  return [{ check: 'embedded', verdict: 'ok', message, fix: null }]
}
