import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { findUpward } from './find-upward.ts'

const typescript = /\.[mc]?ts$/

/** Imports a module of the user's; TypeScript with the compiler options of the tsconfig.json nearest to it. */
export async function importModule(file: string): Promise<object> {
  const url = pathToFileURL(file).href
  if (!typescript.test(file)) return import(url)
  const { tsImport } = await import('tsx/esm/api')
  const tsconfig = findUpward(path.dirname(file), 'tsconfig.json')
  return withTsconfigInEnvironment(tsconfig, () =>
    tsImport(url, { parentURL: import.meta.url, tsconfig: tsconfig ?? false }),
  )
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
