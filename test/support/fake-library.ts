import type { Store } from '../../src/core/store.ts'
import type { Drover } from '../../src/index.ts'
import { createDrover } from '../../src/library/drover.ts'

/** The library on a store of a test, as a program of `env` would have it. */
export function createTestDrover(
  store: Store,
  parts: Partial<Omit<Parameters<typeof createDrover>[0], 'store'>> = {},
): Drover {
  return createDrover({
    store,
    settings: { application: null, audit: { value: 'on', source: 'default' }, workflows: {} },
    env: {},
    files: { home: '/home-of-drover', readFile: async () => undefined, writePrivate: async () => {} },
    close: () => store.close(),
    ...parts,
  })
}
