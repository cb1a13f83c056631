import { Command, Option } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import type { Store } from '../../../core/store.ts'
import { command, phrase, quotedList } from '../../../core/words/command-line.ts'
import { parseDuration } from '../../../core/words/duration.ts'
import { isEnded, type StreamKey, type Workflow } from '../../../core/workflow.ts'
import { orPicked } from '../../../frame/cockpit/pick-workflow.ts'
import { nonNegativeInteger, positiveInteger } from '../../../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags } from '../../../frame/output-format.ts'
import { withStore } from '../../../frame/with-store.ts'
import { findWorkflow } from '../../../frame/workflow-ids.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'
import { requireStream } from './missing-stream.ts'
import { createPrinter } from './printer.ts'
import { printSnapshot } from './snapshot.ts'
import { tail } from './tail.ts'

interface StreamFlags extends DatabaseFlags, OutputFlags {
  readonly follow: boolean
  readonly from?: number
  readonly last?: number
  readonly raw: boolean
  readonly rawString?: boolean
  readonly timeout?: string
}

export function streamCommand(context: Context): Command {
  const command = new Command('stream')
    .summary('print what a workflow streams')
    .description(
      'Print the values of streams that are there now, one a line; with --follow also those to come. Several streams, or all of them when none is named, come with their key.',
    )
    .argument(
      '[id]',
      'an id, the first 8 characters or more of a UUID, or @last; without one on a terminal: pick it',
    )
    .argument('[key...]', 'only these streams')
    .option('-f, --follow', 'go on until the streams are closed or the workflow ends', false)
    .option('--from <offset>', 'begin with the value at this offset', nonNegativeInteger)
    .addOption(
      new Option('--last <count>', 'begin with the last so many values')
        .argParser(positiveInteger)
        .conflicts('from'),
    )
    .option('-r, --raw-string', 'strings without quotes, one value a line')
    .option('--raw', 'strings bare and without a newline, as the tokens of a language model come', false)
    .option('--timeout <duration>', 'with --follow: stop after this long (exit 124)')
    .action(async (typed: string | undefined, keys: string[], _, command: Command) => {
      const [id = ''] = await orPicked(context, command, typed === undefined ? [] : [typed])
      await runStream(context, id, keys, command.optsWithGlobals<StreamFlags>())
    })
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runStream(
  context: Context,
  id: string,
  named: readonly string[],
  flags: StreamFlags,
): Promise<void> {
  refuseContradictions(flags, named)
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  if (flags.output === 'jsonl') context.terminal.expectBytes()
  await withStore(
    context,
    flags,
    async (store) => {
      const workflow = await findWorkflow(context, store, id)
      const streams = await store.streamKeys(workflow.workflowId)
      const keys = flags.raw && named.length === 0 ? onlyStream(workflow, streams) : [...new Set(named)]
      const starts = await findStarts(store, workflow, { streams, keys, flags })
      const print = createPrinter(context, flags, keys.length !== 1 && (flags.follow || streams.length !== 1))
      const request = { workflow, streams, keys, starts, print }
      if (flags.follow && mayGrow(workflow, streams, keys)) {
        return tail(context, store, { ...request, timeoutMs })
      }
      for (const key of keys) requireStream(workflow, streams, key)
      return printSnapshot(context, store, request)
    },
    { isFollowed: true, timeoutMs },
  )
}

function refuseContradictions(
  { follow, raw, rawString, output, timeout }: StreamFlags,
  keys: readonly string[],
): void {
  if (rawString && (raw || output !== 'table')) {
    throw new CliError('usage', `--raw-string cannot be combined with ${raw ? '--raw' : `-o ${output}`}.`, {
      hint: 'leave one of them out',
    })
  }
  if (timeout !== undefined && !follow) {
    throw new CliError('usage', '--timeout needs --follow.', {
      hint: 'add --follow, or leave out --timeout',
    })
  }
  if (follow && output === 'json') {
    throw new CliError('usage', '-o json cannot be used with --follow.', {
      hint: 'use -o jsonl',
    })
  }
  if (raw && output !== 'table') {
    throw new CliError('usage', '--raw cannot be combined with -o json.', { hint: 'leave out --raw, or -o' })
  }
  if (raw && keys.length > 1) throw severalRaw(keys)
}

/** Without a key `--raw` means the only stream there is; while there is none it cannot know which. */
function onlyStream({ workflowId }: Workflow, streams: readonly StreamKey[]): readonly string[] {
  const keys = streams.map(({ key }) => key)
  if (keys.length > 1) throw severalRaw(keys)
  if (keys.length === 1) return keys
  throw new CliError(
    'usage',
    `${workflowId} has streamed nothing yet, so that --raw needs the name of a stream.`,
    {
      hint: command('stream', [workflowId, 'KEY'], { '--raw': true, '--follow': true }),
    },
  )
}

function severalRaw(keys: readonly string[]): CliError {
  return new CliError('usage', '--raw prints one stream.', {
    hint: phrase`name one of: ${quotedList(keys)}`,
  })
}

interface Chosen {
  readonly streams: readonly StreamKey[]
  readonly keys: readonly string[]
  readonly flags: StreamFlags
}

/** Where each stream begins that does not begin at its first value. */
async function findStarts(
  store: Store,
  { workflowId }: Workflow,
  { streams, keys, flags: { from, last } }: Chosen,
): Promise<ReadonlyMap<string, number>> {
  const known = streams.map(({ key }) => key)
  const wanted = keys.length > 0 ? keys : known
  if (from !== undefined) return new Map(wanted.map((key) => [key, from]))
  const starts = new Map<string, number>()
  if (last === undefined) return starts
  for (const key of wanted.filter((key) => known.includes(key))) {
    starts.set(key, await store.offsetOfLast(workflowId, key, last))
  }
  return starts
}

/** Nothing can come of an ended workflow, nor into a stream that is closed. */
function mayGrow({ status }: Workflow, streams: readonly StreamKey[], keys: readonly string[]): boolean {
  const isClosed = (key: string) => streams.some((stream) => stream.key === key && stream.closed)
  return !isEnded(status) && !(keys.length > 0 && keys.every(isClosed))
}
