import type { ReadStream } from 'node:tty'
import { withOwnSignal } from './own-signal.ts'
import type { ColorLevel, Key, KeyProgram, Terminal } from './terminal.ts'

type Prompts = Pick<Terminal, 'confirm' | 'choose' | 'ask' | 'interact'>

interface PromptsOptions {
  readonly stdin: () => NodeJS.ReadStream
  readonly stderr: () => NodeJS.WriteStream
  readonly colorLevel: () => ColorLevel
  /** Hands over what was said before: a prompt draws at once. */
  readonly writeOut: () => void
}

/**
 * Questions on stderr, because stdout is data. `@clack/prompts` is loaded by the first one. Letters move nothing in a
 * choice: what was meant for the shell shall not end on an answer.
 */
export function createPrompts({
  stdin: openStdin,
  stderr: openStderr,
  colorLevel,
  writeOut,
}: PromptsOptions): Prompts {
  const open = async () => {
    const stdin = openStdin()
    const stderr = openStderr()
    if (!stdin.isTTY || !stderr.isTTY) throw new Error('A prompt needs a terminal on stdin and stderr.')
    const clack = await import('@clack/prompts')
    const { settings } = await import('@clack/core')
    for (const letter of 'hjkl') settings.aliases.delete(letter)
    writeOut()
    const output = colorLevel() > 0 ? stderr : withoutColor(stderr)
    return { clack, common: { input: stdin as ReadStream, output, withGuide: false } }
  }

  // Clack listens to a signal for ever, and closes again what was answered long ago.
  return {
    confirm: (question, { signal: outer } = {}) =>
      withOwnSignal(outer, async (signal) => {
        const { clack, common } = await open()
        const answer = await clack.confirm({ ...common, signal, message: question, initialValue: false })
        return clack.isCancel(answer) ? undefined : answer
      }),
    choose: <Value>(
      question: string,
      choices: Parameters<Terminal['choose']>[1],
      { signal: outer }: { readonly signal?: AbortSignal } = {},
    ) =>
      withOwnSignal(outer, async (signal) => {
        const { clack, common } = await open()
        const options = choices.map(({ label, hint }, index) => ({ value: index, label, hint }))
        const answer = await clack.select({ ...common, signal, message: question, options })
        return clack.isCancel(answer) ? undefined : (choices[answer]?.value as Value | undefined)
      }),
    ask: (question, { signal: outer, required = false } = {}) =>
      withOwnSignal(outer, async (signal) => {
        const { clack, common } = await open()
        const answer = await clack.text({
          ...common,
          signal,
          message: question,
          validate: (text = '') => (required && text.trim() === '' ? 'Please type something.' : undefined),
        })
        return clack.isCancel(answer) ? undefined : (answer ?? '')
      }),
    interact: (program, { signal: outer } = {}) =>
      withOwnSignal(outer, async (signal) => {
        const { common } = await open()
        return runKeyProgram(program, { ...common, signal })
      }),
  }
}

interface PromptStreams {
  readonly input: ReadStream
  readonly output: NodeJS.WriteStream
  readonly signal: AbortSignal
}

/** No more frames than ten a second for what nobody typed. */
const frameMs = 100

/** Clack reads the keys, draws the frames and gives the terminal back; what they mean is the program's. */
async function runKeyProgram<Model>(
  program: KeyProgram<Model>,
  { signal, ...streams }: PromptStreams,
): Promise<Model | undefined> {
  const { Prompt, isCancel, settings } = await import('@clack/core')
  const over = new AbortController()
  let failure: { readonly error: unknown } | undefined
  let scheduled: NodeJS.Timeout | undefined
  let model = program.initial
  /** Enter is a key like any other, and so is escape. */
  class KeyPrompt extends Prompt<Model> {
    protected override _shouldSubmit(): boolean {
      return false
    }
    /** As when the screen has another size. */
    drawSoon(): void {
      scheduled ??= setTimeout(() => {
        scheduled = undefined
        this.output.emit('resize')
      }, frameMs)
    }
  }
  const prompt = new KeyPrompt(
    {
      ...streams,
      signal: AbortSignal.any([signal, over.signal]),
      render: () => program.view(model).join('\n'),
    },
    false,
  )
  prompt.on('key', (char, { name, ctrl }) => {
    const key: Key = { name: name ?? '', char, ctrl: ctrl ?? false }
    model = program.update(model, key)
    prompt.value = model
    if (program.isDone(model)) prompt.state = 'submit'
  })
  const apply = (change: (model: Model) => Model): void => {
    if (over.signal.aborted || program.isDone(model)) return
    model = change(model)
    prompt.drawSoon()
  }
  settings.aliases.delete('escape')
  const leaving = prompt.prompt()
  program.live?.(apply, over.signal).catch((error: unknown) => {
    if (over.signal.aborted) return
    failure = { error }
    over.abort()
  })
  const left = await leaving
  settings.aliases.set('escape', 'cancel')
  over.abort()
  clearTimeout(scheduled)
  if (failure) throw failure.error
  return isCancel(left) ? undefined : model
}

/** Clack has no switch for colour: leave cursor movements in, take colours out. */
function withoutColor(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the escape character that is looked for
  const colors = /\x1b\[[\d;]*m/g
  return new Proxy(stream, {
    get: (target, name) => {
      if (name === 'write') return (text: string) => target.write(text.replaceAll(colors, ''))
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
