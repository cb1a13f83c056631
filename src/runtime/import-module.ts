import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { findUpward } from './find-upward.ts'

const typescript = /\.[mc]?tsx?$/

/** Imports a module of the user's; TypeScript with the compiler options of the tsconfig.json nearest to it. */
export async function importModule(file: string): Promise<object> {
  const url = pathToFileURL(file).href
  if (!typescript.test(file)) return import(url)
  const { tsImport } = await import('tsx/esm/api')
  const tsconfig = findUpward(path.dirname(file), 'tsconfig.json') ?? false
  return tsImport(url, { parentURL: import.meta.url, tsconfig })
}
