import type { ColorLevel, ColorMode, Key, LiveRegion, Output, Terminal } from '../../src/terminal/terminal.ts'

export interface FakeTerminalOptions {
  /** Of all three streams; false by default, as in a pipe. */
  readonly isTerminal?: boolean
  readonly isCI?: boolean
  readonly columns?: number
  readonly rows?: number
  /** Of both outputs as long as `useColor` was not called; 0 by default. */
  readonly colorLevel?: ColorLevel
  /** What `readStdin` gives. */
  readonly stdin?: string | AsyncIterable<string | Uint8Array>
  /**
   * Answers to prompts, in order; after the last one each prompt is left with ctrl-c. For a key program the names of the keys,
   * and between them what is waited for: it is given what the program shows.
   */
  readonly answers?: readonly unknown[]
}

/** What a test waits for, or does, while a key program is open. */
type WaitBetweenKeys = (shown: () => string) => Promise<void>

export interface FakeTerminal {
  readonly terminal: Terminal
  /** Everything written so far. Of a live region: what stands above it and its last frame, once it has finished. */
  stdout(): string
  stderr(): string
  /** Both, in the order in which they came: what somebody at it sees. */
  transcript(): string
  /** Every distinct frame of every live region, in order. */
  frames(): string[][]
  /** How often a full screen was drawn, also where nothing on it had changed. */
  drawn(): number
  resize(columns: number, rows: number): void
  /** Types into a full screen: names of keys, or what they print. */
  press(...keys: readonly string[]): void
  /** What a full screen put on the clipboard. */
  copied(): readonly string[]
}

/** A terminal that records. It behaves as a person sees the real one, not byte by byte. */
export function createFakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const { isTerminal = false, isCI = false, answers = [] } = options
  const size = { columns: options.columns ?? 80, rows: options.rows ?? 24 }
  const listeners = new Set<() => void>()
  const frames: string[][] = []
  const unanswered = [...answers]
  let colorMode: ColorMode = 'auto'
  let mark = ''
  let transcript = ''

  const colorLevel = (): ColorLevel => {
    if (colorMode === 'never') return 0
    return colorMode === 'always' ? (options.colorLevel ?? 1) : (options.colorLevel ?? 0)
  }

  async function* stdinChunks(): AsyncGenerator<string> {
    for await (const chunk of stdinBytes()) yield Buffer.from(chunk).toString('utf8')
  }

  async function* stdinBytes(): AsyncGenerator<Uint8Array> {
    const { stdin = '' } = options
    for await (const chunk of typeof stdin === 'string' ? [stdin] : stdin)
      yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  }

  const createOutput = () => {
    let text = ''
    const append = (more: string) => {
      text += more
      transcript += more
    }
    const output: Output = {
      isTerminal,
      canRedraw: isTerminal && !isCI,
      get colorLevel() {
        return colorLevel()
      },
      get columns() {
        return size.columns
      },
      get rows() {
        return size.rows
      },
      write: async (more) => append(more),
      writeBytes: async (bytes) => append(Buffer.from(bytes).toString('utf8')),
      onResize: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
    return { output, text: () => text, append }
  }

  const stdout = createOutput()
  const stderr = createOutput()

  const liveRegion = (output: Output): LiveRegion => {
    const { append } = output === stdout.output ? stdout : stderr
    let last: readonly string[] = []
    return {
      render: (lines) => {
        if (output.canRedraw && !isSame(lines, last)) frames.push([...lines])
        last = [...lines]
      },
      finish: (lines = last) => {
        last = []
        for (const line of lines) append(`${line}\n`)
      },
      printAbove: (text) => append(`${text}\n`),
    }
  }

  const answer = <Value>(question: string): Value | undefined => {
    stderr.append(`? ${mark}${question}\n`)
    return unanswered.shift() as Value | undefined
  }

  const keyListeners = new Set<(key: Key) => void>()
  const copies: string[] = []
  let drawn = 0
  const fullScreen: Terminal['fullScreen'] = async () => {
    let last: readonly string[] = []
    return {
      render: (lines) => {
        drawn++
        if (!isSame(lines, last)) frames.push([...lines])
        last = [...lines]
      },
      onKey: (listener) => keyListeners.add(listener),
      onNote: () => {},
      copy: (text) => copies.push(text),
      close: () => keyListeners.clear(),
    }
  }

  const terminal: Terminal = {
    stdout: stdout.output,
    stderr: stderr.output,
    stdinIsTerminal: isTerminal,
    isCI,
    useColor: (mode) => {
      colorMode = mode
    },
    useMark: (chosen) => {
      mark = `${chosen} `
    },
    print: async (text) => stdout.append(`${text}\n`),
    expectBytes: () => {},
    printBytes: async (lines) => stdout.append(lines.toString()),
    note: (text) => stderr.append(`${text}\n`),
    tellRunner: (output, command) => void output.write(`${command}\n`),
    readStdin: async () => (typeof options.stdin === 'object' ? '' : (options.stdin ?? '')),
    stdinChunks,
    stdinBytes,
    liveRegion,
    fullScreen,
    spinner: () => ({ stop: () => {} }),
    confirm: async (question) => answer<boolean>(question),
    choose: async <Value>(question: string) => answer<Value>(question),
    ask: async (question) => answer<string>(question),
    interact: async (program) => {
      const keys = unanswered.shift() as readonly (string | WaitBetweenKeys)[] | undefined
      const over = new AbortController()
      let model = program.initial
      let failure: { readonly error: unknown } | undefined
      const shown = () => program.view(model).join('\n')
      const change = (next: typeof model): void => {
        model = next
        frames.push([...program.view(model)])
      }
      change(model)
      program
        .live?.((how) => change(how(model)), over.signal)
        .catch((error: unknown) => {
          failure = { error }
        })
      try {
        for (const key of keys ?? []) {
          if (typeof key === 'string')
            change(
              program.update(model, { name: key, char: key.length === 1 ? key : undefined, ctrl: false }),
            )
          else await key(() => (failure ? String(failure.error) : shown()))
          if (program.isDone(model)) return model
        }
        return undefined
      } finally {
        over.abort()
      }
    },
    flush: async () => {},
  }

  return {
    terminal,
    stdout: stdout.text,
    stderr: stderr.text,
    transcript: () => transcript,
    frames: () => frames,
    drawn: () => drawn,
    resize: (columns, rows) => {
      Object.assign(size, { columns, rows })
      for (const listener of listeners) listener()
    },
    press: (...keys) => {
      for (const key of keys) {
        const char = [...key].length === 1 ? key : undefined
        for (const listener of keyListeners) listener({ name: key, char, ctrl: false })
      }
    },
    copied: () => copies,
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index])
}
