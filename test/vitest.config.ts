import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { patience } from './support/patience.ts'

/** Files share the few processes that run them: to start one for each, and to load everything again, costs a second each. */
const common = {
  isolate: false,
  root: import.meta.dirname,
  setupFiles: [`${import.meta.dirname}/support/setup.ts`],
  testTimeout: patience(180_000),
  hookTimeout: patience(180_000),
}

/** Values in, values out: these need no server. */
const pure = ['{cli,cockpit,commands,core,http,mcp,render,settings,support}/**/*.test.ts']

const elsewhere = [
  'browser/**',
  'chaos/**',
  'documented/**',
  'hostile/**',
  'versions/**',
  '**/node_modules/**',
]

/** What the SDK registers in a process is there for good, so that a file that registers or launches has one of its own. */
const launching =
  /\b(DBOS\b.* from '@dbos-inc\/dbos-sdk'|(launch-dbos|live-store|approval-workflows|decision-races|load-app|demo\/workflows)\.ts')/
const launches = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
  .filter((file) => launching.test(importsOf(readFileSync(path.join(import.meta.dirname, file), 'utf8'))))

/** What stands further down is an application that a test writes. */
function importsOf(source: string): string {
  return source.slice(0, source.indexOf('\n\n'))
}

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: import.meta.dirname,
    // Most of a test is waiting for other processes: two cores have room for a third.
    maxWorkers: 3,
    retry: 0,
    projects: [
      { test: { ...common, name: 'pure', include: pure } },
      {
        test: {
          ...common,
          name: 'real',
          include: ['**/*.test.ts'],
          exclude: [...pure, ...elsewhere, ...launches],
          globalSetup: ['support/test-server.ts'],
        },
      },
      {
        test: {
          ...common,
          isolate: true,
          name: 'runtime',
          include: launches,
          exclude: [...pure, ...elsewhere],
          globalSetup: ['support/test-server.ts'],
        },
      },
    ],
  },
})
