/** JSON that values were read from, and that they would be written as again. */
const jsonByValue = new WeakMap<object, string>()
/** Without one there is nothing to look for. */
let anyExist = false

/** Returns the value, which nobody may change. Strings, numbers and the like are written as fast as they are found. */
export function rememberJson<Value>(value: Value, json: string): Value {
  if (typeof value !== 'object' || value === null) return value
  jsonByValue.set(value, json)
  anyExist = true
  return value
}

/** On one line, with nothing in it that acts on a terminal; undefined where there is none. */
export function recallJson(value: unknown): string | undefined {
  return anyExist && typeof value === 'object' && value !== null ? jsonByValue.get(value) : undefined
}

/** Whether there is one in this value, or in its parts so deep. */
export function holdsJson(value: unknown, depth: number): boolean {
  if (!anyExist || typeof value !== 'object' || value === null) return false
  if (jsonByValue.has(value)) return true
  if (depth === 0) return false
  for (const part of Array.isArray(value) ? value : Object.values(value))
    if (holdsJson(part, depth - 1)) return true
  return false
}
