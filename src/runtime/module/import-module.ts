import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { findUpward } from './find-above.ts'
import { type OnFile, reportFiles, reportImport } from './report-files.ts'

/** Imports a module of the user's; TypeScript with the compiler options of the tsconfig.json nearest to it. */
export async function importModule(file: string, onFile?: OnFile): Promise<object> {
  const url = pathToFileURL(file).href
  const isTypeScript = /\.[mc]?ts$/.test(file)
  if (onFile) reportFiles(onFile, { esModules: !isTypeScript })
  const onImport = onFile && ((imported: string) => reportImport(imported, onFile))
  if (!isTypeScript) return import(url)
  const [{ register: registerModules }, { register: registerCommonJs }] = await Promise.all([
    import('tsx/esm/api'),
    import('tsx/cjs/api'),
  ])
  const tsconfig = findUpward(path.dirname(file), 'tsconfig.json')
  if (isCommonJs(file)) {
    // For all of this process: what CommonJS imports dynamically belongs to no namespace.
    withTsconfigInEnvironment(tsconfig, () => registerCommonJs())
    registerModules({ tsconfig: tsconfig ?? false, onImport })
    // Imported rather than required, a CommonJS file would appear in stack traces as a data: URL of its whole text.
    return createRequire(import.meta.url)(file)
  }
  const namespace = randomUUID()
  withTsconfigInEnvironment(tsconfig, () => registerCommonJs({ namespace }))
  return registerModules({ namespace, tsconfig: tsconfig ?? false, onImport }).import(url, import.meta.url)
}

function isCommonJs(file: string): boolean {
  if (!file.endsWith('.ts')) return file.endsWith('.cts')
  const manifest = findUpward(path.dirname(file), 'package.json')
  return !manifest || JSON.parse(readFileSync(manifest, 'utf8')).type !== 'module'
}

/** For CommonJS tsx takes the tsconfig from the environment only, and reads it before `register` returns. */
function withTsconfigInEnvironment<Result>(tsconfig: string | undefined, register: () => Result): Result {
  const { TSX_TSCONFIG_PATH: before } = process.env
  setTsconfig(tsconfig)
  try {
    return register()
  } finally {
    setTsconfig(before)
  }
}

function setTsconfig(tsconfig: string | undefined): void {
  if (tsconfig === undefined) delete process.env.TSX_TSCONFIG_PATH
  else process.env.TSX_TSCONFIG_PATH = tsconfig
}
