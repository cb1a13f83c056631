import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { exitCodeOfCases } from '../../../core/testing/case-result.ts'
import { changesSomething, type TestCase } from '../../../core/testing/test-case.ts'
import { timeoutSignal } from '../../../core/words/long-timer.ts'
import { addAppOptions } from '../../../frame/app/app-options.ts'
import { interruptCode } from '../../../frame/interrupt.ts'
import { positiveInteger, repeatable } from '../../../frame/option-parsers.ts'
import { addOutputOptions } from '../../../frame/output-format.ts'
import { createTimeLimit } from '../../../frame/time-limit.ts'
import { withStore } from '../../../frame/with-store.ts'
import { counted } from '../../../render/text.ts'
import { readSettings } from '../../../settings/settings.ts'
import { requireTrustedHosts } from '../../../settings/trust.ts'
import { printCases } from './print-cases.ts'
import { readCases } from './read-cases.ts'
import { printRecorded } from './record.ts'
import { refuseJunit, reportCases, reportNotRun } from './report-cases.ts'
import { runCases } from './run-cases.ts'
import type { TestFlags } from './test-flags.ts'
import { createTestPresenter } from './test-presenter.ts'
import { withLocalRuntime } from './with-local-runtime.ts'

const usualJobs = 4

export function testCommand(context: Context): Command {
  const command = new Command('test')
    .summary('run smoke tests that are written in YAML')
    .description(
      'Run the cases of YAML files: each starts a workflow or attaches to one, waits, answers, and says what must come of it.\n5 where something expected did not come; a case that could not be judged gives the code of what kept it from that.',
    )
    .argument('[file...]', 'YAML files; FILE:LINE is the case at that line')
    .addOption(
      repeatable('--filter <text>', 'only cases whose name contains it; repeat it for any of several'),
    )
    .option('--jobs <count>', 'so many cases at once', positiveInteger, usualJobs)
    .option(
      '--timeout <duration>',
      'for all of it (exit 124), also for a database and a first worker that are on their way',
    )
    .option('--keep', 'let what a case that did not pass started go on, instead of cancelling it', false)
    .option('--junit <file>', 'write a test suite for each file')
    .option('--record <id>', 'print the case of a run that has ended; times and ids of it stand for any')
    .option('--dry-run', 'check the files and list the cases, and run nothing', false)
    .action((files: string[], _, command: Command) =>
      runTest(context, files, command.optsWithGlobals<TestFlags>()),
    )
  return addOutputOptions(addAppOptions(command), ['table', 'json', 'jsonl'])
}

async function runTest(context: Context, files: readonly string[], flags: TestFlags): Promise<void> {
  if (flags.record !== undefined) return printRecorded(context, files, flags.record, flags)
  const limit = createTimeLimit(context, flags.timeout)
  const cases = await readCases(context, files, flags.filter ?? [])
  if (flags.dryRun) return printCases(context, cases, flags)
  if (flags.junit !== undefined) await refuseJunit(context, flags.junit)
  const settings = await readSettings(context, flags)
  await requireTrustedHosts(context, settings.fileHosts, settings.files, environmentOf(cases))
  try {
    await withStore(
      context,
      flags,
      async (store, _, target) => {
        const changing = cases.filter(changesSomething)
        // Once for all of them. Those that only look are nobody's business, and work with a read-only one, too.
        if (changing.length > 0 && !settings.profile?.isReadOnly) {
          const what = `Run ${counted(changing.length, 'test case')} that start, send, decide or cancel`
          await store.guard?.permit({ what, isOne: false })
        }
        const leftMs = limit.leftMs()
        const over = leftMs === undefined ? [] : [timeoutSignal(leftMs)]
        const world = {
          ...{ context, store, settings, target, keep: flags.keep, cancelled: new Set<string>() },
          ...{ application: flags.application, appVersion: flags.appVersion },
          rules: {
            workflows: settings.workflows,
            isRecorded: settings.audit.value === 'on',
            now: context.now,
          },
          signal: AbortSignal.any([context.interrupts.signal, ...over]),
        }
        await withLocalRuntime(world, flags, (local) => run(context, { ...world, local }, cases, flags))
      },
      { settings, limit, isFollowed: true, create: flags.app !== undefined },
    )
  } catch (error) {
    if (error instanceof CliError) await reportNotRun(context, cases, flags, error)
    throw error
  }
}

async function run(
  context: Context,
  world: Parameters<typeof runCases>[0],
  cases: readonly TestCase[],
  flags: TestFlags,
): Promise<void> {
  const presenter = createTestPresenter(context, flags, cases.length)
  const results = await runCases(world, cases, flags.jobs, presenter)
  await presenter.close(results)
  await reportCases(context, results, flags)
  const isInterrupted = context.interrupts.signal.aborted
  context.exitWith(isInterrupted ? interruptCode(context) : exitCodeOfCases(results))
}

/** What a file of cases says goes to the database, and the file may be of a clone. */
function environmentOf(cases: readonly TestCase[]): readonly string[] {
  return [...new Set(cases.flatMap(({ environment }) => environment))].map((name) => `\${${name}}`)
}
