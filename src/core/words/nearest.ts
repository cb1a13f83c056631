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
