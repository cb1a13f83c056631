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

/** Most of what is printed has no colour. */
export const deferChalk = {
  name: 'defer chalk',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^chalk$/ }, ({ path: name, importer }) =>
      importer.endsWith('/render/style.ts') ? { path: name, namespace: 'deferred-chalk' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'deferred-chalk' }, () => ({
      contents: `export function Chalk(options) { return new (require('chalk').Chalk)(options) }`,
      resolveDir: path.join(import.meta.dirname, '..'),
    }))
  },
}

/** Commander starts processes for commands that are programs of their own; drover has none. */
export const deferChildProcess = replaceIn('commander/lib/command.js', [
  [`const childProcess = require('node:child_process');`, ''],
  ['childProcess.', `require('node:child_process').`],
])

/** Only a password needs cryptography, which takes 3 ms to load. */
export const deferCryptography = replaceIn('pg/lib/crypto/utils.js', [
  [`const nodeCrypto = require('crypto')`, ''],
  ['const webCrypto = nodeCrypto.webcrypto || globalThis.crypto', ''],
  ['const subtleCrypto = webCrypto.subtle', ''],
  ['nodeCrypto.', `require('crypto').`],
  ['webCrypto.', `require('crypto').webcrypto.`],
  ['subtleCrypto.', `require('crypto').webcrypto.subtle.`],
])

/** drover says itself that a password is missing, and where it is looked for. */
export const silencePgpass = replaceIn('pgpass/lib/helper.js', [['warnStream.write(', 'void (']])

/** drover tells chalk how many colours to use. */
export const dropColorDetection = {
  name: 'drop colour detection',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/chalk\/source\/vendor\/supports-color\/index\.js$/ }, () => ({
      contents: 'export default { stdout: false, stderr: false }',
    })),
}

/** drover checks itself what its tools are given: Ajv would be a third of what `mcp` loads. */
export const leaveValidator = {
  name: 'leave validator',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/@modelcontextprotocol\/server\/dist\/shimsNode\.mjs$/ }, () => ({
      contents: [
        `export { default as process } from 'node:process'`,
        `export { t as DefaultJsonSchemaValidator } from './cfWorkerProvider-hgYAfIZf.mjs'`,
      ].join('\n'),
    })),
}

/** One module of a package, in other words; a version that does not hold the old ones stops the build. */
function replaceIn(module, replacements) {
  return {
    name: `replace in ${module}`,
    setup: ({ onLoad }) =>
      onLoad({ filter: new RegExp(`/${module.replaceAll('.', '\\.')}$`) }, async ({ path: file }) => {
        let contents = await readFile(file, 'utf8')
        for (const [old, text] of replacements) {
          if (!contents.includes(old)) throw new Error(`${module} does not say ${old}`)
          contents = contents.replaceAll(old, text)
        }
        return { contents }
      }),
  }
}
