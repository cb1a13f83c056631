import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** Those that follow a path or a URL such as "@shop/*" are none. */
const comments = /(^|\s)(?:\/\/.*$|\/\*[\s\S]*?\*\/)/gm
const deepest = 10

/** Whether a tsconfig.json, or what it extends, asks for the types of decorated constructors, which only the compiler can tell. */
export function wantsDecoratorMetadata(tsconfig: string, depth = 0): boolean {
  if (!existsSync(tsconfig) || depth > deepest) return false
  const text = readFileSync(tsconfig, 'utf8').replaceAll(comments, '$1')
  const own = /"emitDecoratorMetadata"\s*:\s*(true|false)/.exec(text)?.[1]
  if (own !== undefined) return own === 'true'
  const [, extended = ''] = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(text) ?? []
  const names = [...extended.matchAll(/"([^"]*)"/g)].map(([, name = '']) => name)
  return names.some((name) => wantsDecoratorMetadata(resolveExtended(tsconfig, name), depth + 1))
}

function resolveExtended(tsconfig: string, name: string): string {
  if (/^[./]/.test(name)) {
    const file = path.resolve(path.dirname(tsconfig), name)
    return existsSync(file) ? file : `${file}.json`
  }
  const { resolve } = createRequire(tsconfig)
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      return resolve(candidate)
    } catch {}
  }
  return ''
}

/** Whether something reads such types: NestJS, TypeORM and others bring the functions for it, which are no part of the language. */
export function readsMetadata(): boolean {
  return 'getMetadata' in Reflect
}
