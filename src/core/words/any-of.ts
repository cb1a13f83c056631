/** One value, or several of which any will do. */
export type AnyOf<Value> = Value | readonly Value[]

/** Undefined where nothing is asked for; an empty list lets nothing through. */
export function toList<Value>(asked: AnyOf<Value> | undefined): readonly Value[] | undefined {
  if (asked === undefined) return undefined
  return isList(asked) ? asked : [asked]
}

function isList<Value>(asked: AnyOf<Value>): asked is readonly Value[] {
  return Array.isArray(asked)
}
