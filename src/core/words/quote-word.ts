/** No shell reads anything into it; `=` and `#` mean something at the head of a word, in zsh and in all of them. */
const plain = /^[\w@%+:,./][\w@%+=:,./#-]*$/

/** What cannot be told apart from something else, or not be seen, where a command is shown. Compiled when it is needed. */
let unseen: RegExp | undefined
const printableAscii = /^[\x20-\x7e]*$/

/**
 * A word as it is typed into a shell, and harmless to look at: `'…'`, or `$'…'` (bash, zsh, ksh, and POSIX since 2024) with
 * the bytes of what cannot be seen.
 */
export function quoteWord(word: string): string {
  if (plain.test(word) || word === '-') return word
  if (!printableAscii.test(word)) {
    unseen ??= /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu
    const isUnseen = word.search(unseen) >= 0
    if (isUnseen) return `$'${word.replaceAll(/[\\'!]/g, toEscape).replaceAll(unseen, toEscape)}'`
  }
  return `'${word.replaceAll("'", "'\\''")}'`
}

const short: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function toEscape(character: string): string {
  const bytes = [...new TextEncoder().encode(character)]
  return short[character] ?? bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
}
