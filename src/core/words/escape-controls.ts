const printableAscii = /^[\x20-\x7e]*$/
/** Blanks that are taken for another one; the wide one is as wide as what stands beside it. */
const otherBlank = '[^\\P{Zs} \\u3000]'

/** Characters that act on a terminal, reorder the text, or cannot be seen. A class of a regular expression. */
const deceptive =
  '[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}\\ufff9-\\ufffb\\u2800]'

/** Where text needs one of them: after a base character that takes it, and only one. */
const taken = [
  // Joiners between emoji, and in scripts whose letters or marks they join.
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f\\p{Script=Arabic}]|(?!\\p{Script=Inherited})\\p{M})[\\u200c\\u200d](?=[\\p{Extended_Pictographic}\\p{L}])',
  // An emoji as a picture or as text, and keycaps.
  '(?<=(?![\\d#*])\\p{Emoji})[\\ufe0e\\ufe0f]|(?<=[\\d#*])\\ufe0f(?=\\u20e3)',
  // Variants of ideographs (in Japanese names), of their punctuation, of signs and of letters.
  '(?<=\\p{Unified_Ideograph})[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]',
  '(?<=[\\u3001\\u3002\\uff01\\uff0c\\uff0e\\uff1a\\uff1b\\uff1f])[\\ufe00\\ufe01]',
  '(?<=[\\p{Sm}\\p{Script=Myanmar}\\p{Script=Phags_Pa}])\\ufe00',
  '(?<=(?!\\p{Default_Ignorable_Code_Point})\\p{Script=Mongolian})[\\u180b-\\u180d\\u180f]',
  // Flags of regions such as Scotland.
  '(?<=\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{0,6})[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}](?=[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{0,6}\\u{e007f})',
  '(?<=\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{2,6})\\u{e007f}',
  // A blank between words in Braille.
  '(?<=[\\u2801-\\u28ff])\\u2800(?=[\\u2801-\\u28ff])',
].join('|')

/** Compiling their tables takes 5 ms, which almost no command needs. */
let otherBlankPattern: RegExp | undefined
let deceptivePattern: RegExp | undefined
let takenPattern: RegExp | undefined

/**
 * One line of harmless text: what would act on a terminal, or fool its reader, is shown as a symbol or a code point. Emoji
 * and writing that needs invisible characters stay whole.
 */
export function escapeControls(text: string): string {
  return replaceDeceptive(text, (character, at) => (isTaken(text, at) ? character : toSymbol(character)))
}

/** The same for ids, names and keys: two that differ look different, so that nothing invisible is left in them. */
export function escapeName(name: string): string {
  if (printableAscii.test(name)) return name
  otherBlankPattern ??= new RegExp(otherBlank, 'gu')
  return replaceDeceptive(name.replaceAll(otherBlankPattern, toSymbol), toSymbol)
}

/** A name that stands alone: blanks at its ends are seen too. */
export function escapeWholeName(name: string): string {
  let start = 0
  while (name[start] === ' ') start++
  let end = name.length
  while (end > start && name[end - 1] === ' ') end--
  return `${'␠'.repeat(start)}${escapeName(name.slice(start, end))}${'␠'.repeat(name.length - end)}`
}

function replaceDeceptive(text: string, replace: (character: string, at: number) => string): string {
  if (printableAscii.test(text)) return text
  deceptivePattern ??= new RegExp(deceptive, 'gu')
  return text.replaceAll(deceptivePattern, replace)
}

function isTaken(text: string, at: number): boolean {
  takenPattern ??= new RegExp(taken, 'uy')
  takenPattern.lastIndex = at
  return takenPattern.test(text)
}

/** The same as `escapeControls` for text of several lines, such as a stack: lines stay lines, tabs become spaces. */
export function escapeControlLines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => escapeControls(line.replaceAll('\t', '    ')))
}

/** Whether one of the 65 control characters is in it. A property in a regular expression would take a millisecond to look up. */
export function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true
  }
  return false
}

/** What JSON leaves as it is and a terminal may act on is written as an escape: the same JSON, and harmless. */
export function escapeJson(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function toSymbol(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (character === '\n') return '↵'
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '␡'
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd'
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}
