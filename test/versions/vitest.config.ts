import { defineConfig } from 'vitest/config'

/** Needs the package registry, so it is not part of `npm test`: `npm run test:versions`. */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['../support/test-server.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    retry: 0,
  },
})
