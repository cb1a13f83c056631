import { defineConfig } from 'vitest/config'
import { patience } from './support/patience.ts'

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    exclude: ['chaos/**', 'versions/**', '**/node_modules/**'],
    globalSetup: ['support/test-server.ts'],
    setupFiles: [`${import.meta.dirname}/support/setup.ts`],
    testTimeout: patience(180_000),
    hookTimeout: patience(180_000),
    maxWorkers: 2,
    retry: 0,
  },
})
