import { Command } from 'commander'
import type { Context } from '../context.ts'
import { parseDuration } from '../core/duration.ts'
import { CliError } from '../core/errors.ts'
import { exitCodes } from '../core/exit-codes.ts'
import { nearest } from '../core/nearest.ts'
import type { Store } from '../core/store.ts'
import { isEnded, type StreamSummary, type StreamValue, type Workflow } from '../core/workflow.ts'
import { withStore } from '../frame/database.ts'
import { follow, hasReaderLeft, interruptCode } from '../frame/follow.ts'
import { addOutputOptions, type OutputFlags } from '../frame/output-format.ts'
import { tell } from '../frame/tell.ts'
import { findWorkflow } from '../frame/workflow-ids.ts'
import { toJsonLine, toJsonText, toStreamValueJson } from '../render/json.ts'
import { streamValueLine } from '../render/stream-value-line.ts'
import { createStyle } from '../render/style.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface StreamFlags extends DatabaseFlags, OutputFlags {
  readonly follow: boolean
  readonly timeout?: string
}

export function streamCommand(context: Context): Command {
  const command = new Command('stream')
    .summary('print what a workflow streams')
    .description(
      'Print the values of a stream that are there now, one a line; with --follow also those to come.',
    )
    .argument('<id>', 'an id, the first 8 characters or more of a UUID, or @last')
    .argument('[key]', 'only this stream; without it all of them, each line with its key')
    .option('-f, --follow', 'go on until the stream is closed or the workflow ends', false)
    .option('--timeout <duration>', 'with --follow: stop after this long (exit 124)')
    .action((id: string, key: string | undefined, _, command: Command) =>
      runStream(context, id, key, command.optsWithGlobals<StreamFlags>()),
    )
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runStream(
  context: Context,
  id: string,
  key: string | undefined,
  flags: StreamFlags,
): Promise<void> {
  if (flags.follow && flags.output === 'json') {
    throw new CliError('usage', 'An array of JSON has no end while a stream goes on.', {
      hint: 'use -o jsonl',
    })
  }
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  await withStore(context, flags, async (store) => {
    const workflow = await findWorkflow(context, store, id)
    const streams = await store.streams(workflow.workflowId)
    const mayAppear = flags.follow && !isEnded(workflow.status)
    if (key !== undefined && !mayAppear) requireStream(workflow, streams, key)
    const print = createPrinter(context, flags, key === undefined && streams.length !== 1)
    if (flags.follow) await tail(context, store, workflow, { key, timeoutMs, print })
    else await printSnapshot(context, store, workflow, { streams, key, output: flags.output, print })
  })
}

type PrintValue = (value: StreamValue) => Promise<void>

function createPrinter({ terminal }: Context, { output }: StreamFlags, withKey: boolean): PrintValue {
  const { stdout } = terminal
  const style = createStyle(stdout.colorLevel)
  return (value) =>
    terminal.print(
      output === 'jsonl'
        ? toJsonLine(toStreamValueJson(value))
        : streamValueLine(value, { style, withKey, isTerminal: stdout.isTerminal }),
    )
}

interface Snapshot {
  readonly streams: readonly StreamSummary[]
  readonly key: string | undefined
  readonly output: OutputFlags['output']
  readonly print: PrintValue
}

async function printSnapshot(
  { terminal, interrupts }: Context,
  store: Store,
  { workflowId }: Workflow,
  { streams, key, output, print }: Snapshot,
): Promise<void> {
  const collected: StreamValue[] = []
  const keys = key === undefined ? streams.map((stream) => stream.key) : [key]
  for (const each of keys) {
    for await (const value of store.streamValues(workflowId, each)) {
      if (interrupts.signal.aborted) return
      if (output === 'json') collected.push(toStreamValueJson(value))
      else await print(value)
    }
  }
  if (output === 'json') await terminal.print(toJsonText(collected))
  if (keys.length === 0) tell({ terminal }, `${workflowId} has streamed nothing yet.`)
  for (const stream of streams.filter((each) => keys.includes(each.key))) {
    const more = stream.closed
      ? 'closed'
      : `open; go on with drover stream ${workflowId} ${stream.key} --follow`
    tell({ terminal }, `${stream.key}: ${count(stream.count)}, ${more}`)
  }
}

interface Tail {
  readonly key: string | undefined
  readonly timeoutMs: number | undefined
  readonly print: PrintValue
}

async function tail(
  context: Context,
  store: Store,
  { workflowId }: Workflow,
  { key, timeoutMs, print }: Tail,
): Promise<void> {
  let printed = 0
  const outcome = await follow(context, store, {
    workflowIds: [workflowId],
    output: context.terminal.stdout,
    format: 'quiet',
    timeoutMs,
    types: ['status', 'stream', 'stream-closed'],
    streamKeys: key === undefined ? undefined : [key],
    onChange: async (change) => {
      if (change.type === 'stream') {
        printed += 1
        await print(change)
      }
      return change.type === 'stream-closed' && change.key === key
    },
  })
  const ending = {
    met: 'closed',
    ended: `${workflowId} ended ${outcome.workflows.get(workflowId)?.status}`,
    'timed-out': 'time ran out; the workflow still runs',
    interrupted: `detached; the workflow goes on`,
    stopped: 'stopped',
  }[outcome.reason]
  if (!hasReaderLeft(context)) tell(context, `${count(printed)}, ${ending}`)
  if (outcome.reason === 'timed-out') context.exitWith(exitCodes['timed-out'].code)
  if (outcome.reason === 'interrupted') context.exitWith(interruptCode(context))
}

function requireStream({ workflowId }: Workflow, streams: readonly StreamSummary[], key: string): void {
  const keys = streams.map((stream) => stream.key)
  if (keys.includes(key)) return
  const meant = nearest(key, keys)
  const others = keys.length > 0 ? `it streams: ${keys.join(', ')}` : `drover get ${workflowId}`
  throw new CliError('stream-not-found', `${workflowId} has no stream "${key}".`, {
    hint: meant ? `did you mean: drover stream ${workflowId} ${meant}` : others,
  })
}

function count(values: number): string {
  return values === 1 ? '1 value' : `${values} values`
}
