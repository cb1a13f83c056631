import type { Context } from '../../context.ts'
import { createTurning, type Turned } from '../../core/diagnosis/turned-findings.ts'
import { CliError } from '../../core/errors.ts'
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts'
import { parseWebUrl } from '../../core/links/public-url.ts'
import { command } from '../../core/words/command-line.ts'
import { parseDuration } from '../../core/words/duration.ts'
import type { OutputFlags } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { createNotifier, type NotifyFlags } from '../../http/notify/notifier.ts'
import {
  type FindingLine,
  type TypedFinding,
  toFindingJson,
  toTypedFinding,
} from '../../render/doctor/finding.ts'
import { turnedLines } from '../../render/doctor/turned-lines.ts'
import { createStyle } from '../../render/style.ts'
import { toJsonLine } from '../../render/to-json.ts'

export interface Findings {
  readonly lines: readonly FindingLine[]
  /** Undefined where nothing fails. */
  readonly code: ExitCode | undefined
}

interface WatchFlags extends OutputFlags, NotifyFlags {
  readonly wait: boolean
  readonly watch: boolean
  readonly every: string
}

/** Looks again and again, until ctrl-c, and tells what turned bad and what is well again. What is bad at first is told, too. */
export async function watchFindings(
  context: Context,
  flags: WatchFlags,
  look: () => Promise<Findings>,
): Promise<void> {
  checkFlags(flags)
  const everyMs = parseDuration(flags.every)
  const { signal } = context.interrupts
  const onNotice = (notice: string) => printNotice(context, notice)
  const notifier = await createNotifier({ ...context, ...flags, signal, onNotice })
  const turn = createTurning<TypedFinding>()
  const isUsable = (code: ExitCode | undefined) =>
    code === undefined || code === exitCodes['check-failed'].code
  for (let number = 0; !signal.aborted; number++) {
    const { lines, code } = await look()
    if (signal.aborted) return
    const findings = lines.map((line) => toTypedFinding(line, context.databaseFlags))
    const at = context.now()
    for (const turned of turn(findings, { areAll: isUsable(code) })) {
      await print(context, flags, turned, at)
      const { change, finding } = turned
      const id = `finding_${finding.check}_${change}_${at.getTime()}`
      notifier?.tell({ id, type: `finding.${change}`, at, data: toFindingJson(finding) })
    }
    if (number === 0) onNotice(`Watching, with a look every ${flags.every}. ctrl-c leaves.`)
    await context.sleep(everyMs, signal)
  }
}

function checkFlags({ watch, wait, output, notify = [] }: WatchFlags): void {
  for (const url of notify) parseWebUrl(url, '--notify')
  const hint = command('doctor', [], { '--watch': true })
  if (!watch)
    throw new CliError('usage', '--notify and --exec need --watch: they tell what changes.', { hint })
  if (wait) throw new CliError('usage', '--watch cannot be used with --wait.', { hint })
  if (output === 'json') {
    throw new CliError('usage', '-o json cannot be used with --watch; use -o jsonl.', {
      hint: command('doctor', [], { '--watch': true, '-o': 'jsonl' }),
    })
  }
}

async function print(
  { terminal }: Context,
  { output }: OutputFlags,
  { change, finding }: Turned<TypedFinding>,
  at: Date,
): Promise<void> {
  if (output === 'jsonl')
    return terminal.print(toJsonLine({ type: change, at, finding: toFindingJson(finding) }))
  return terminal.print(
    turnedLines({ change, finding }, createStyle(terminal.stdout.colorLevel), at).join('\n'),
  )
}
