// What esbuild is to do otherwise, mostly to leave for later what almost no command needs.
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** The demo's workflows register with the copy of the SDK that runs them, which is not the one in the bundle. */
export const keepDemo = {
  name: 'keep demo',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/demo\/workflows\.ts$/ }, () => ({ path: '../demo/workflows.js', external: true })),
}

/** Its tables of characters take 15 ms to set up, and plain text needs none of them. */
export const deferStringWidth = {
  name: 'defer string-width',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^string-width$/ }, ({ path: name, namespace }) =>
      namespace === 'file' ? { path: name, namespace: 'deferred' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'deferred' }, ({ path: name }) => ({
      contents: `export default (...args) => require('${name}').default(...args)`,
      resolveDir: path.join(import.meta.dirname, '..'),
    }))
  },
}

/** Commander starts processes for commands that are programs of their own; drover has none. */
export const deferChildProcess = {
  name: 'defer child_process',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/commander\/lib\/command\.js$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, 'utf8'))
        .replace(`const childProcess = require('node:child_process');`, '')
        .replaceAll('childProcess.', `require('node:child_process').`),
    })),
}

/** drover tells chalk how many colours to use. */
export const dropColorDetection = {
  name: 'drop colour detection',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/chalk\/source\/vendor\/supports-color\/index\.js$/ }, () => ({
      contents: 'export default { stdout: false, stderr: false }',
    })),
}
