import type { Store } from '../../src/core/store.ts'

/** A command closes the store that it was given. To one that is lent nothing happens: the next command goes on with it. */
export function lendStore(store: Store): Store {
  return { ...store, close: async () => {} }
}
