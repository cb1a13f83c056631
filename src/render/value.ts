import { isExactNumber, stringifyExact } from '../core/words/exact-number.ts'
import { isUndecoded, type JsonValue } from '../core/workflow.ts'
import { escapeControls, truncate } from './text.ts'

/** One line for a person: JSON with bare keys, a harmless string bare, `<py_pickle 412 B>` for what cannot be decoded. */
export function formatValue(value: JsonValue, width = Number.POSITIVE_INFINITY): string {
  if (typeof value === 'string' && isHarmless(value)) return truncate(escapeControls(value), width)
  const pieces: string[] = []
  writeValue(value, pieces, { left: width })
  return truncate(escapeControls(pieces.join('')), width)
}

/** One field for a program: a string as it is, anything else as JSON. */
export function formatField(value: JsonValue): string {
  if (isUndecoded(value)) return formatUndecoded(value)
  return escapeControls(typeof value === 'string' ? value : stringifyExact(value))
}

/** Nothing that could be mistaken for JSON, for nothing, or for the end of the value. */
function isHarmless(text: string): boolean {
  return /^[^\s"'{[<](.*\S)?$/su.test(text) && !/^(null|true|false|-?\d.*)$/s.test(text)
}

interface Budget {
  /** Characters that still fit; what comes after is not even looked at. */
  left: number
}

function writeValue(value: JsonValue, pieces: string[], budget: Budget): void {
  const write = (text: string) => {
    pieces.push(text)
    budget.left -= text.length
  }
  if (budget.left < 0) return
  if (isUndecoded(value)) write(formatUndecoded(value))
  else if (Array.isArray(value)) {
    write('[')
    for (const [index, item] of value.entries()) {
      if (budget.left < 0) return
      if (index > 0) write(', ')
      writeValue(item, pieces, budget)
    }
    write(']')
  } else if (typeof value === 'object' && value !== null && !isExactNumber(value)) {
    write('{')
    let isFirst = true
    for (const [key, item] of Object.entries(value)) {
      if (budget.left < 0) return
      write(`${isFirst ? '' : ', '}${/^[\p{L}_$][\p{L}\d_$-]*$/u.test(key) ? key : JSON.stringify(key)}: `)
      isFirst = false
      writeValue(item, pieces, budget)
    }
    write('}')
  } else if (typeof value === 'string') write(JSON.stringify(value.slice(0, Math.max(1, budget.left * 2))))
  else write(Object.is(value, -0) ? '-0' : String(value))
}

function formatUndecoded({ $undecoded, raw }: { $undecoded: string; raw: string }): string {
  return `<${escapeControls($undecoded)} ${formatBytes(raw.length)}>`
}

export function formatBytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let size = count
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${unit === 0 || size >= 10 ? Math.floor(size) : size.toFixed(1)} ${units[unit]}`
}
