import type { ReadStream } from 'node:tty'
import { CliError } from '../core/errors.ts'
import { isCI } from './ci.ts'
import { cleanText } from './clean-text.ts'
import { decideColorLevel } from './color-level.ts'
import { createLinePrompts, isAccessible } from './line-prompts.ts'
import { createLiveRegion, createPlainRegion } from './live-region.ts'
import { createProcessOutput, type OutputSource, type ProcessOutput } from './process-output.ts'
import { createPrompts } from './prompts.ts'
import { createRunnerGuard } from './runner-guard.ts'
import { startSpinner } from './spinner.ts'
import type { Choice, ColorMode, LiveRegion, Output, Terminal } from './terminal.ts'

export interface TerminalOptions {
  /** Taken when it is first needed: opening it takes a millisecond or two. */
  readonly stdin: NodeJS.ReadStream
  readonly stdout: OutputSource
  readonly stderr: OutputSource
  readonly env: Readonly<Record<string, string | undefined>>
  /** Before `useColor` is called; `auto` by default. */
  readonly color?: ColorMode
  /** Once it is aborted nobody waits until a reader has taken what was written. */
  readonly signal?: AbortSignal
  /** Whoever read stdout has left (`… | head -1`): time to end quietly, with 0. */
  readonly onClosedPipe: () => void
  /** Stdout takes nothing more for another reason, such as a full disk. */
  readonly onBrokenOutput: (error: Error) => void
}

/** Writing to somebody who has left: a reader that closed its end of the pipe, or a terminal that hung up. */
const goneCodes = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']

/** The terminal of a real process. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, env, color = 'auto', onClosedPipe, onBrokenOutput } = options
  let mode = color
  let mark = ''
  let region: Pick<LiveRegion, 'printAbove'> | undefined
  const ci = isCI(env)

  const common = {
    signal: options.signal ?? new AbortController().signal,
    canRedraw: !ci && env.TERM !== 'dumb' && !isAccessible(env),
    colorLevel: (isTerminal: boolean) => decideColorLevel({ mode, isTerminal, env }),
  }
  const out: ProcessOutput = createProcessOutput({
    ...common,
    source: stdout,
    onLost: (error) => (goneCodes.includes(error.code ?? '') ? onClosedPipe() : onBrokenOutput(error)),
    onWrite: () => err.writeOut(),
  })
  const err: ProcessOutput = createProcessOutput({
    ...common,
    source: stderr,
    // Talk without a listener is no reason to stop.
    onLost: () => {},
    onWrite: () => out.writeOut(),
  })

  const writeOut = () => {
    out.writeOut()
    err.writeOut()
  }

  const guard =
    env.GITHUB_ACTIONS === 'true' ? createRunnerGuard(() => globalThis.crypto.randomUUID()) : undefined

  /** Where text leaves: talk is harmless for whoever reads it, and data as it is, unless a terminal shows it. */
  const send = (output: ProcessOutput, text: string): Promise<void> => {
    if (output === err) return err.write(guard ? guard.wrap(cleanText(text)) : cleanText(text))
    const warning = guard?.beforeData(text)
    if (warning !== undefined) void err.write(warning)
    return out.write(out.isTerminal ? cleanText(text) : text)
  }

  /** A line in the middle of a region would tear it: on a terminal it goes above. */
  const writeLine = async (output: ProcessOutput, text: string) => {
    if (region && output.isTerminal) region.printAbove(cleanText(text))
    else await send(output, `${text}\n`)
  }

  const stdoutFace = faceOf(out, (text) => send(out, text))
  const stderrFace = faceOf(err, (text) => send(err, text))

  const screenOf = (face: Output) => {
    const output = face === stdoutFace ? out : err
    return {
      get columns() {
        return output.columns
      },
      get rows() {
        return output.rows
      },
      write: (text: string) => void output.write(text),
    }
  }

  const openRegion = (face: Output): LiveRegion => {
    if (!face.canRedraw) return createPlainRegion((text) => void face.write(text))
    const live = createLiveRegion(screenOf(face))
    const giveCursorBack = () => {
      live.finish()
      writeOut()
    }
    process.once('exit', giveCursorBack)
    region = live
    return {
      render: (lines) => live.render(lines.map(cleanText)),
      printAbove: (text) => live.printAbove(cleanText(text)),
      finish: (lines) => {
        live.finish(lines?.map(cleanText))
        process.off('exit', giveCursorBack)
        if (region === live) region = undefined
      },
    }
  }

  const asking = { stdin: () => options.stdin, stderr: stderr.open, writeOut }
  const prompts = isAccessible(env)
    ? createLinePrompts(asking)
    : createPrompts({ ...asking, colorLevel: () => err.colorLevel })

  return {
    stdout: stdoutFace,
    stderr: stderrFace,
    get stdinIsTerminal() {
      return options.stdin.isTTY === true
    },
    isCI: ci,
    useColor: (chosen) => {
      mode = chosen
    },
    useMark: (chosen) => {
      mark = `${chosen} `
    },
    print: (text) => writeLine(out, text),
    expectBytes: () => void keepMemorySmall(),
    printBytes: (lines) =>
      out.isTerminal || guard
        ? writeLine(out, lines.toString('utf8', 0, lines.length - 1))
        : out.writeBytes(lines),
    note: (text) => void writeLine(err, text),
    tellRunner: (face, command) => void (face === stdoutFace ? out : err).write(`${command}\n`),
    readStdin: () => readAll(options.stdin, common.signal),
    stdinChunks: () => options.stdin.setEncoding('utf8'),
    stdinBytes: () => options.stdin,
    liveRegion: openRegion,
    fullScreen: async (face) => {
      const { openFullScreen } = await import('./full-screen.ts')
      return openFullScreen({
        stdin: options.stdin as ReadStream,
        screen: screenOf(face),
        writeOut,
        takeNotes: (taker) => {
          region = taker
        },
        note: (text) => void send(err, `${text}\n`),
      })
    },
    spinner: (text) =>
      err.canRedraw
        ? startSpinner(cleanText(text), { stream: stderr.open(), colorLevel: err.colorLevel })
        : { stop: () => {} },
    ...prompts,
    confirm: (question, asked) => prompts.confirm(mark + cleanText(question), asked),
    choose: (question, choices, asked) =>
      prompts.choose(mark + cleanText(question), choices.map(cleanChoice), asked),
    ask: (question, asked) => prompts.ask(mark + cleanText(question), asked),
    flush: async () => {
      await Promise.all([out.flush(), err.flush()])
    },
  }
}

/** Bytes that pass through are not on V8's heap: it frees them when its young space is full, which is soon while that is small. */
async function keepMemorySmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** The same output, with another way to write. */
function faceOf(output: ProcessOutput, write: Output['write']): Output {
  return Object.create(output, { write: { value: write } })
}

function cleanChoice<Value>({ value, label, hint }: Choice<Value>): Choice<Value> {
  return { value, label: cleanText(label), ...(hint !== undefined && { hint: cleanText(hint) }) }
}

/** All of it, or nothing: half of a text may mean something else. Throws `interrupted`. */
async function readAll(stdin: NodeJS.ReadStream, interrupt: AbortSignal): Promise<string> {
  stdin.setEncoding('utf8')
  let text = ''
  const leave = () => void stdin.destroy()
  interrupt.addEventListener('abort', leave, { once: true })
  try {
    if (!interrupt.aborted) for await (const chunk of stdin) text += chunk
  } catch (error) {
    if (!interrupt.aborted) throw error
  } finally {
    interrupt.removeEventListener('abort', leave)
  }
  if (interrupt.aborted) throw new CliError('interrupted', 'Interrupted while reading stdin.')
  return text
}
