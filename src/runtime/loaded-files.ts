import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const imported = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g
const launchCall = /\.\s*launch\s*\(/
const enoughFiles = 2000

/** Whether a file of the application's own, as far as they can be told from `entry`, calls some `launch()`. */
export function mentionsLaunch(entry: string): boolean {
  const { cache } = createRequire(import.meta.url)
  const files = new Set([entry, ...Object.keys(cache).map((key) => key.replace(/\?.*$/, ''))])
  for (const file of files) {
    if (file.includes('/node_modules/') || file.startsWith(ownFolder)) continue
    const text = textOf(file)
    if (launchCall.test(text)) return true
    if (files.size < enoughFiles) for (const next of importsOf(file, text)) files.add(next)
  }
  return false
}

const ownFolder = path.dirname(import.meta.dirname)

function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(imported)].flatMap(([, specifier = '']) => {
    const target = path.resolve(path.dirname(file), specifier)
    const withoutExtension = target.replace(/\.[mc]?js$/, '')
    const candidates = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '/index.ts', '/index.js']
    return [target, ...candidates.map((ending) => withoutExtension + ending)]
      .filter((candidate) => /\.[mc]?[jt]s$/.test(candidate) && existsSync(candidate))
      .slice(0, 1)
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
