import { emitKeypressEvents, type Interface } from 'node:readline'
import type { ReadStream } from 'node:tty'
import type { Key } from './terminal.ts'

/** An escape alone is a key; what follows it sooner belongs to it. Node would wait half a second. */
const escapeCodeTimeoutMs = 40

interface Keypress {
  readonly name?: string
  readonly ctrl?: boolean
  readonly shift?: boolean
}

/** Hands out what is typed, key by key and unseen, until the function that it returns is called. Shift and tab is `backtab`. */
export function readKeys(stdin: ReadStream, onKey: (key: Key) => void): () => void {
  let pasted: string | undefined
  const listen = (char: string | undefined, { name = '', ctrl = false, shift = false }: Keypress) => {
    if (name === 'paste-start') pasted = ''
    else if (name === 'paste-end') {
      onKey({ name: 'paste', char: pasted ?? '', ctrl: false })
      pasted = undefined
    } else if (pasted !== undefined) pasted += char ?? ''
    else onKey({ name: name === 'tab' && shift ? 'backtab' : name, char, ctrl })
  }
  emitKeypressEvents(stdin, { escapeCodeTimeout: escapeCodeTimeoutMs } as unknown as Interface)
  stdin.setRawMode(true)
  stdin.on('keypress', listen)
  stdin.resume()
  return () => {
    stdin.off('keypress', listen)
    stdin.setRawMode(false)
    stdin.pause()
  }
}
