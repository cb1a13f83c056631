import type { Key } from '../terminal/terminal.ts'

/** The text after a key; undefined for a key that writes nothing. What is pasted is one line here. */
export function typeInto(text: string, { name, char, ctrl }: Key): string | undefined {
  if (name === 'paste') return text + (char ?? '').replaceAll(/\s+/g, ' ')
  if (ctrl && name === 'u') return ''
  if (ctrl && name === 'w') return text.replace(/\S*\s*$/, '')
  if (name === 'backspace') return [...text].slice(0, -1).join('')
  return isPrinted(char, ctrl) ? text + char : undefined
}

function isPrinted(char: string | undefined, ctrl: boolean): char is string {
  return char !== undefined && !ctrl && !/\p{Cc}/u.test(char)
}
