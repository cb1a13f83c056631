import leven from 'leven'

/** The name that was probably meant; undefined when none is close. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const lower = typed.toLowerCase()
  const ranked = names
    .map((name) => ({ name, distance: leven(lower, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  if (best && best.distance <= Math.max(2, Math.floor(typed.length / 3))) return best.name
  return names.find((name) => lower.length >= 3 && name.toLowerCase().includes(lower))
}

/** The same among ids, which look alike: one that begins with what was typed, or differs in a letter of many. */
export function nearestId(typed: string, ids: readonly string[]): string | undefined {
  const longer = typed.length >= 4 ? ids.find((id) => id.startsWith(typed)) : undefined
  if (longer !== undefined) return longer
  const isNear = (id: string) =>
    id.length >= typed.length - 1 && leven(typed, id) <= Math.floor(typed.length / 6)
  return /\d$/.test(typed) ? undefined : ids.find(isNear)
}
