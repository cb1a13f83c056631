import type { Store } from '../store.ts'
import { nearest } from '../words/nearest.ts'

const namesToCompare = 200

/** The name that was probably meant, of those that ran before. */
export async function nearestKnownName(store: Store, name: string): Promise<string | undefined> {
  return nearest(name, await store.knownNames(namesToCompare))
}
