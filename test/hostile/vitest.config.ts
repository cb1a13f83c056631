import { defineConfig } from 'vitest/config'
import { patience } from '../support/patience.ts'

/** The full counts, which take minutes: `npm run test:hostile`. */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['../support/test-server.ts'],
    setupFiles: [`${import.meta.dirname}/../support/setup.ts`],
    testTimeout: patience(15 * 60_000),
    hookTimeout: patience(),
    maxWorkers: 1,
    retry: 0,
  },
})
