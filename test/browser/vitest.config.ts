import { defineConfig } from 'vitest/config'
import { patience } from '../support/patience.ts'

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: import.meta.dirname,
    setupFiles: [`${import.meta.dirname}/../support/setup.ts`],
    include: ['**/*.test.ts'],
    globalSetup: ['../support/test-server.ts'],
    testTimeout: patience(180_000),
    hookTimeout: patience(180_000),
  },
})
