import { readFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type CodeCache, openCodeCache } from './code-cache.ts'

type Require = (specifier: string) => unknown
type Module = { exports: unknown }
type Factory = (
  exports: unknown,
  require: Require,
  module: Module,
  directory: string,
  importByNode: (specifier: string) => Promise<unknown>,
) => void

/** Where the bundle is. */
export interface Bundle {
  /** The text of one of its files, such as `main.js`, which is ASCII. */
  read(name: string): string
  readonly version: string
  readonly isExecutable: boolean
}

/** Loads the bundle, by default that beside this file, runs one command line with it, and exits with its code. */
export async function launch(argv: readonly string[], bundle: Bundle = besideThisFile): Promise<never> {
  if (isVersion(argv) && printVersion(bundle)) process.exit(0)
  const cache = openCodeCache(argv)
  cache.saveWhileYoung()
  const { main } = createRequire(bundle, cache)('./main.js') as typeof import('../main.ts')
  const code = await main(argv, bundle.isExecutable ? bundle : undefined)
  await cache.save()
  process.exit(code)
}

const besideThisFile: Bundle = {
  // ASCII is read fastest as what it is.
  read: (name) => readFileSync(join(__dirname, name), 'latin1'),
  get version() {
    return JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')).version
  },
  isExecutable: false,
}

function isVersion([flag, ...others]: readonly string[]): boolean {
  return others.length === 0 && (flag === '--version' || flag === '-V')
}

/** Without the program, which takes several times longer to load. False where the output cannot be written: the program says why. */
function printVersion({ version }: Bundle): boolean {
  try {
    writeSync(1, `${version}\n`)
    return true
  } catch {
    return false
  }
}

/** `require` of chunks of the bundle; what else they require is Node's business. */
function createRequire(bundle: Bundle, cache: CodeCache): Require {
  const factories: Record<string, Factory> = {}
  const modules = new Map<string, Module>()
  const requireChunk: Require = (specifier) => {
    const known = modules.get(specifier)
    if (known) return known.exports
    if (!specifier.startsWith('./')) return require(specifier)
    if (!factories[specifier]) Object.assign(factories, readChunk(bundle, cache, specifier))
    const module: Module = { exports: {} }
    modules.set(specifier, module)
    factories[specifier]?.(module.exports, requireChunk, module, __dirname, (name) => import(name))
    return module.exports
  }
  return requireChunk
}

/** A file of the bundle is an object of modules by name: those that are needed together; before a `#` stands its own. */
function readChunk(bundle: Bundle, cache: CodeCache, specifier: string): Record<string, Factory> {
  const name = basename(specifier.split('#', 1)[0] ?? '')
  const script = cache.compile(name, bundle.read(name), { filename: join(__dirname, name) })
  return script.runInThisContext()
}
