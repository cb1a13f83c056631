/** 0: no colour; 1: 16 colours; 2: 256; 3: 16 million. */
export type ColorLevel = 0 | 1 | 2 | 3

/** The value of `--color`. */
export type ColorMode = 'auto' | 'always' | 'never'

/** One of the two output streams, as seen by whoever draws. */
export interface Output {
  readonly isTerminal: boolean
  /** A terminal where lines can be drawn again in place: neither dumb nor in CI. Elsewhere show one line per change. */
  readonly canRedraw: boolean
  readonly colorLevel: ColorLevel
  /** Current size in cells; 80×24 where it is not known. */
  readonly columns: number
  readonly rows: number
  /** Resolves when the stream takes more (back-pressure). Never rejects: a closed pipe ends the process with 0. */
  write(text: string): Promise<void>
  /** The same of text in UTF-8 that may be much, one after the other: resolves once nobody needs these bytes, which may change then. */
  writeBytes(bytes: Uint8Array): Promise<void>
  /** Calls back after each change of size; returns how to stop that. */
  onResize(listener: () => void): () => void
}

/** A part of the screen that is drawn again and again in place, on one output. Knows nothing of what it shows. */
export interface LiveRegion {
  /** Draws these lines in place of the last ones: one write, in synchronized output, none when nothing changed, never more than the screen holds. */
  render(lines: readonly string[]): void
  /** Leaves the last frame (or `lines`, of any height) in the scrollback and gives the cursor back. */
  finish(lines?: readonly string[]): void
  /** Prints lines above the region. */
  printAbove(text: string): void
}

/** The whole screen, in the buffer beside the one that has the scrollback. */
export interface FullScreen {
  /** Draws these lines, as many as the screen has rows: one write, in synchronized output, none when nothing changed. */
  render(lines: readonly string[]): void
  /** Keys as they are typed; text that was pasted is one key of the name `paste`. */
  onKey(listener: (key: Key) => void): void
  /** What is said meanwhile: there is no other line for it. */
  onNote(listener: (text: string) => void): void
  /** Puts text on the clipboard of whoever sits there, where their terminal allows it. Nobody tells whether it did. */
  copy(text: string): void
  /** Gives back keys, cursor and what was on the screen before. */
  close(): void
}

export interface Choice<Value> {
  readonly value: Value
  readonly label: string
  readonly hint?: string
}

/** A key as it was typed: `char` for what prints, `name` for all. */
export interface Key {
  readonly name: string
  readonly char: string | undefined
  readonly ctrl: boolean
}

/** A screen that keys drive, as pure functions over its model. */
export interface KeyProgram<Model> {
  readonly initial: Model
  update(model: Model, key: Key): Model
  /** True ends it. */
  isDone(model: Model): boolean
  /** At most as many lines as the screen has, each no wider than it. */
  view(model: Model): readonly string[]
  /** What happens beside the keys, until `signal` aborts: each change is drawn soon. What this throws ends the program. */
  live?(apply: (change: (model: Model) => Model) => void, signal: AbortSignal): Promise<void>
}

export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdinIsTerminal: boolean
  /** In CI nothing is animated and nothing is ever confirmed by itself. */
  readonly isCI: boolean
  /** What `--color` says, once it is parsed; `auto` before. */
  useColor(mode: ColorMode): void
  /** What every question begins with from now on: which profile it is about. */
  useMark(mark: string): void
  /** A line of data on stdout. */
  print(text: string): Promise<void>
  /** Many bytes will be printed: from now on memory is freed sooner. */
  expectBytes(): void
  /** Lines of data in UTF-8, the last one ended too; resolves as `writeBytes` does. */
  printBytes(lines: Buffer): Promise<void>
  /** A line of talk on stderr. */
  note(text: string): void
  /** A command for the runner of the CI system that this is a step of; everything else is no command there, whatever it says. */
  tellRunner(output: Output, command: string): void
  readStdin(): Promise<string>
  /** The same as it comes. */
  stdinChunks(): AsyncIterable<string>
  stdinBytes(): AsyncIterable<Uint8Array>
  liveRegion(output: Output): LiveRegion
  /** Takes the whole of this output, and the keys. Needs a terminal on stdin and there; given back also when the process ends in any way. */
  fullScreen(output: Output): Promise<FullScreen>
  /** A short wait on stderr; draws nothing off a terminal. Returns how to end it. */
  spinner(text: string): { stop(): void }
  /** The four below need a terminal on stdin and stderr; they resolve to undefined when left with ctrl-c or `signal`. */
  confirm(question: string, options?: { readonly signal?: AbortSignal }): Promise<boolean | undefined>
  choose<Value>(
    question: string,
    choices: readonly Choice<Value>[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<Value | undefined>
  ask(
    question: string,
    options?: { readonly signal?: AbortSignal; readonly required?: boolean },
  ): Promise<string | undefined>
  /** Escape is a key like any other. Only the last frame of a program that ended stays. */
  interact<Model>(
    program: KeyProgram<Model>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Model | undefined>
  /** Resolves when everything written has reached the streams. */
  flush(): Promise<void>
}
