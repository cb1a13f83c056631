import { defineConfig } from 'vitest/config'
import { patience } from '../support/patience.ts'

/** What a stranger types: the lines of the documents, the examples, and the package as it is packed. `npm run test:documented`. */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['../support/test-server.ts'],
    setupFiles: [`${import.meta.dirname}/../support/setup.ts`],
    isolate: false,
    testTimeout: patience(180_000),
    hookTimeout: patience(180_000),
    maxWorkers: 2,
    retry: 0,
  },
})
