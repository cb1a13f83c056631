import { defineConfig } from 'vitest/config'
import { patience } from './support/patience.ts'

/** Files share the two processes that run them: to start one for each, and to load everything again, costs a second each. */
const common = {
  isolate: false,
  root: import.meta.dirname,
  setupFiles: [`${import.meta.dirname}/support/setup.ts`],
  testTimeout: patience(180_000),
  hookTimeout: patience(180_000),
}

/** Values in, values out: these need no server. */
const pure = ['{cli,commands,core,http,render,settings,support}/**/*.test.ts']

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: import.meta.dirname,
    maxWorkers: 2,
    retry: 0,
    projects: [
      { test: { ...common, name: 'pure', include: pure } },
      {
        test: {
          ...common,
          name: 'real',
          include: ['**/*.test.ts'],
          exclude: [...pure, 'browser/**', 'chaos/**', 'hostile/**', 'versions/**', '**/node_modules/**'],
          globalSetup: ['support/test-server.ts'],
        },
      },
    ],
  },
})
