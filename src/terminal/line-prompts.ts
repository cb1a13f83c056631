import type { Choice, Terminal } from './terminal.ts'

type Prompts = Pick<Terminal, 'confirm' | 'choose' | 'ask' | 'interact'>

interface LinePromptsOptions {
  readonly stdin: () => NodeJS.ReadStream
  readonly stderr: () => NodeJS.WriteStream
  /** Hands over what was said before. */
  readonly writeOut: () => void
}

/**
 * Questions for who has them read aloud (`ACCESSIBLE`): a line that is asked, and a line that answers. Nothing moves, and nothing
 * is told by colour.
 */
export function createLinePrompts({ stdin, stderr, writeOut }: LinePromptsOptions): Prompts {
  /** Undefined when it was left: with ctrl-c, at the end of stdin, or by `signal`. */
  const read = async (text: string, signal: AbortSignal | undefined): Promise<string | undefined> => {
    const { createInterface } = await import('node:readline')
    writeOut()
    stderr().write(text)
    const lines = createInterface({ input: stdin(), terminal: false })
    let leave = (): void => {}
    try {
      return await new Promise((resolve) => {
        leave = () => resolve(undefined)
        lines.once('line', resolve).once('close', leave)
        signal?.addEventListener('abort', leave, { once: true })
        process.once('SIGINT', leave)
        if (signal?.aborted) leave()
      })
    } finally {
      signal?.removeEventListener('abort', leave)
      process.off('SIGINT', leave)
      lines.close()
    }
  }
  const choose = async <Value>(
    question: string,
    choices: readonly Choice<Value>[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Value | undefined> => {
    const listed = choices.map(
      ({ label, hint }, index) => `${index + 1}. ${label}${hint === undefined ? '' : `, ${hint}`}`,
    )
    let text = `${[question, ...listed].join('\n')}\nYour choice, 1 to ${choices.length}: `
    for (;;) {
      const line = await read(text, signal)
      if (line === undefined) return undefined
      const chosen = /^\s*\d+\s*$/.test(line) ? choices[Number(line) - 1] : undefined
      if (chosen) return chosen.value
      text = `Please type a number from 1 to ${choices.length}: `
    }
  }
  return {
    confirm: async (question, { signal } = {}) => {
      const line = await read(`${question} (y/N) `, signal)
      return line === undefined ? undefined : /^\s*y(es)?\s*$/i.test(line)
    },
    choose,
    ask: async (question, { signal, required = false } = {}) => {
      let text = `${question} `
      for (;;) {
        const line = await read(text, signal)
        if (line === undefined || !required || line.trim() !== '') return line
        text = 'Please type something: '
      }
    },
    // Nothing is drawn again in place, so that no command opens one.
    interact: async () => undefined,
  }
}

/** Set, and not to something that says no. */
export function isAccessible({ ACCESSIBLE }: Readonly<Record<string, string | undefined>>): boolean {
  return ACCESSIBLE !== undefined && !['', '0', 'false'].includes(ACCESSIBLE)
}
