import { defineConfig } from 'vitest/config'
import { patience } from '../support/patience.ts'

/** Needs the package registry, so it is not part of `npm test`: `npm run test:versions`. */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['../support/test-server.ts'],
    setupFiles: [`${import.meta.dirname}/../support/setup.ts`],
    testTimeout: patience(180_000),
    hookTimeout: patience(180_000),
    retry: 0,
  },
})
