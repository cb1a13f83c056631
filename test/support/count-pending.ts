import type { Store } from '../../src/core/store.ts'

/** The same store, and how many of its answers are still awaited. */
export function countPending(store: Store): { readonly store: Store; pending(): number } {
  let pending = 0
  const counted = Object.entries(store).map(([name, member]) => {
    if (typeof member !== 'function') return [name, member]
    const call = (...parameters: readonly unknown[]) => {
      const answer: unknown = member.apply(store, parameters)
      if (answer instanceof Promise) {
        pending++
        const settled = () => {
          pending--
        }
        answer.then(settled, settled)
      }
      return answer
    }
    return [name, call]
  })
  return { store: Object.fromEntries(counted), pending: () => pending }
}
