import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const source = path.join(import.meta.dirname, '../src')

interface Imports {
  readonly now: readonly string[]
  /** Those of `import('…')`. */
  readonly later: readonly string[]
}

const known = new Map<string, Imports>()

/** What a file needs when it is loaded; types are gone by then. */
function importsOf(file: string): Imports {
  const found = known.get(file)
  if (found) return found
  const text = readFileSync(path.join(source, file), 'utf8')
  const place = (specifier = '') =>
    specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier
  const statements = text.matchAll(
    /^(?:import|export)\s+(?!type\b)(\{[^}]*\}[^'\n]*|[^'\n{]*(?:\{[^}]*\}\s*)?from\s*|)'([^'\n]+)'/gm,
  )
  const imports = {
    now: [...statements]
      .filter(([, names = '']) => !isOfTypes(names))
      .map(([, , specifier]) => place(specifier)),
    later: [...text.matchAll(/[^.\w]import\('([^'\n]+)'\)/g)].map(([, specifier]) => place(specifier)),
  }
  known.set(file, imports)
  return imports
}

/** `{ type A, type B }` leaves nothing to load. */
function isOfTypes(names: string): boolean {
  const [, inner] = /^\{([^}]*)\}/.exec(names.trim()) ?? []
  const words = inner?.split(',').filter((word) => word.trim() !== '')
  return words !== undefined && words.length > 0 && words.every((word) => word.trim().startsWith('type '))
}

/** The packages that are loaded together with this file. */
function packagesWith(file: string): string[] {
  const files = new Set([file])
  const packages = new Set<string>()
  for (const one of files) {
    for (const needed of importsOf(one).now) {
      if (needed.endsWith('.ts')) files.add(needed)
      else if (!needed.startsWith('node:'))
        packages.add(
          needed
            .split('/')
            .slice(0, needed.startsWith('@') ? 2 : 1)
            .join('/'),
        )
    }
  }
  return [...packages].sort()
}

const groups = ['index', 'manage-group', 'serve-group'].map((name) => `commands/${name}.ts`)
const commands = groups.flatMap((file) => importsOf(file).later)

/** What each of them loads; colours and widths wait in the bundle until they are needed. */
const usual = ['chalk', 'commander', 'leven', 'string-width']
const more: Readonly<Record<string, readonly string[]>> = {
  'commands/wait/test/test.ts': ['valibot', 'yaml'],
  'commands/serve/serve.ts': ['@hono/node-server', '@valibot/to-json-schema', 'hono', 'valibot'],
  'commands/serve/link.ts': ['uqr'],
  'commands/serve/token.ts': ['valibot'],
}

test('a command loads no more packages than it needs before it runs', () => {
  expect(commands.length).toBeGreaterThan(40)
  const unexpected = commands.flatMap((file) => {
    const expected = [...usual, ...(more[file] ?? [])]
    return packagesWith(file).flatMap((name) => (expected.includes(name) ? [] : [`${file} loads ${name}`]))
  })
  expect(unexpected).toEqual([])
})

test('what stands before every command, and a store, load next to nothing', () => {
  expect(packagesWith('main.ts')).toEqual(['commander', 'string-width'])
  // The SDK is for what is done by its client.
  expect(packagesWith('db/open-store.ts')).toEqual(['leven', 'pg'])
})
