import { isCI } from './ci.ts'
import { decideColorLevel } from './color-level.ts'
import { createLiveRegion, createPlainRegion } from './live-region.ts'
import { createProcessOutput, type OutputSource, type ProcessOutput } from './process-output.ts'
import { createPrompts } from './prompts.ts'
import { startSpinner } from './spinner.ts'
import type { ColorMode, LiveRegion, Output, Terminal } from './terminal.ts'

export interface TerminalOptions {
  /** Taken when it is first needed: opening it takes a millisecond or two. */
  readonly stdin: NodeJS.ReadStream
  readonly stdout: OutputSource
  readonly stderr: OutputSource
  readonly env: Readonly<Record<string, string | undefined>>
  /** Before `useColor` is called; `auto` by default. */
  readonly color?: ColorMode
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
  let region: LiveRegion | undefined
  const ci = isCI(env)

  const common = {
    canRedraw: !ci && env.TERM !== 'dumb',
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

  /** A line in the middle of a region would tear it: on a terminal it goes above. */
  const writeLine = async (output: ProcessOutput, text: string) => {
    if (region && output.isTerminal) region.printAbove(text)
    else await output.write(`${text}\n`)
  }

  const openRegion = (output: Output): LiveRegion => {
    const write = (text: string) => void output.write(text)
    if (!output.canRedraw) return createPlainRegion(write)
    const live = createLiveRegion({
      get columns() {
        return output.columns
      },
      get rows() {
        return output.rows
      },
      write,
    })
    const giveCursorBack = () => {
      live.finish()
      writeOut()
    }
    process.once('exit', giveCursorBack)
    region = live
    return {
      ...live,
      finish: (lines) => {
        live.finish(lines)
        process.off('exit', giveCursorBack)
        if (region === live) region = undefined
      },
    }
  }

  return {
    stdout: out,
    stderr: err,
    get stdinIsTerminal() {
      return options.stdin.isTTY === true
    },
    isCI: ci,
    useColor: (chosen) => {
      mode = chosen
    },
    print: (text) => writeLine(out, text),
    note: (text) => void writeLine(err, text),
    readStdin: () => readAll(options.stdin),
    liveRegion: openRegion,
    spinner: (text) =>
      err.canRedraw
        ? startSpinner(text, { stream: stderr.open(), colorLevel: err.colorLevel })
        : { stop: () => {} },
    ...createPrompts({
      stdin: () => options.stdin,
      stderr: stderr.open,
      colorLevel: () => err.colorLevel,
      writeOut,
    }),
    flush: async () => {
      await Promise.all([out.flush(), err.flush()])
    },
  }
}

async function readAll(stdin: NodeJS.ReadStream): Promise<string> {
  stdin.setEncoding('utf8')
  let text = ''
  for await (const chunk of stdin) text += chunk
  return text
}
