import { isCI } from './ci.ts'
import { decideColorLevel } from './color-level.ts'
import { createLiveRegion, createPlainRegion } from './live-region.ts'
import { createProcessOutput, type ProcessOutput } from './process-output.ts'
import { createPrompts } from './prompts.ts'
import { startSpinner } from './spinner.ts'
import type { ColorMode, LiveRegion, Output, Terminal } from './terminal.ts'

export interface TerminalOptions {
  /** Taken when it is first needed: opening it takes a millisecond or two. */
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Before `useColor` is called; `auto` by default. */
  readonly color?: ColorMode
  /** Whoever read stdout has left (`… | head -1`): time to end quietly, with 0. */
  readonly onClosedPipe?: () => void
}

/** The terminal of a real process. Give it the streams before anything else listens to their errors. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, env, color = 'auto', onClosedPipe = () => {} } = options
  let mode = color
  let region: LiveRegion | undefined
  const ci = isCI(env)

  const createOutput = (stream: NodeJS.WriteStream, onClosed: () => void, onWrite: () => void) =>
    createProcessOutput({
      stream,
      canRedraw: !ci && env.TERM !== 'dumb',
      colorLevel: () => decideColorLevel({ mode, isTerminal: stream.isTTY === true, env }),
      onClosed,
      onWrite,
    })
  const out: ProcessOutput = createOutput(stdout, onClosedPipe, () => err.writeOut())
  const err: ProcessOutput = createOutput(
    stderr,
    () => {},
    () => out.writeOut(),
  )

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
      out.writeOut()
      err.writeOut()
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
      err.canRedraw ? startSpinner(text, { stream: stderr, colorLevel: err.colorLevel }) : { stop: () => {} },
    ...createPrompts({ stdin: () => options.stdin, stderr, colorLevel: () => err.colorLevel }),
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
