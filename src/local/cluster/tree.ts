import { constants, existsSync, readFileSync, statSync } from 'node:fs'
import { chmod, copyFile, link, mkdir, readdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { buildBeside } from './build-beside.ts'
import { requireOurs, sharedDirectory } from './directories.ts'
import { assertGlibc, findPostgresPackage } from './native-package.ts'
import type { ServerUser } from './server-user.ts'

/** Only for building extensions, and a tenth of the files. */
const isLeftOut = (name: string) => name === 'pgxs' || name === 'pkgconfig' || name.endsWith('.a')

interface TreeOptions {
  readonly trees: string
  readonly user: ServerUser
  readonly resolveFrom: string
}

/**
 * The server's files in a tree of our own, which holds `bin`, `lib` and `share`. The package cannot be used where it lies:
 * its library links come from an install script that npm and pnpm block, it may be closed to the server's user, and an
 * update or a cleaned npx cache would pull it from under a running server.
 */
export async function ensureTree(options: TreeOptions): Promise<string> {
  const { native, name } = findPostgresPackage(options.resolveFrom)
  const tree = path.join(options.trees, name)
  sharedDirectory(options.trees, options.user)
  if (existsSync(tree)) {
    for (const part of ['.', 'bin', 'bin/postgres', 'bin/initdb']) requireOurs(path.join(tree, part))
    return tree
  }
  assertGlibc()
  await buildBeside(tree, async (unfinished) => {
    await plant(native, unfinished, {
      place: isClosed(native, options.user) ? copyOpen : linkOrCopy,
      user: options.user,
    })
    await restoreLinks(native, unfinished)
  })
  return tree
}

type Place = (source: string, target: string) => Promise<void>

interface Planting {
  readonly place: Place
  readonly user: ServerUser
}

async function plant(source: string, target: string, planting: Planting): Promise<void> {
  sharedDirectory(target, planting.user)
  const entries = await readdir(source, { withFileTypes: true })
  await Promise.all(
    entries
      .filter((entry) => !isLeftOut(entry.name))
      .map(async (entry) => {
        const [from, to] = [path.join(source, entry.name), path.join(target, entry.name)]
        if (entry.isDirectory()) await plant(from, to, planting)
        else if (entry.isFile()) await planting.place(from, to)
      }),
  )
}

/** A link costs nothing and stays when the package goes; it is refused across file systems and for the files of others. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target)
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error
    await copyFile(source, target, constants.COPYFILE_FICLONE)
  }
}

async function copyOpen(source: string, target: string): Promise<void> {
  await copyFile(source, target, constants.COPYFILE_FICLONE)
  await chmod(target, statSync(source).mode & 0o100 ? 0o755 : 0o644)
}

/** Installed under a strict umask, the files themselves are closed to the server's user. */
function isClosed(native: string, user: ServerUser): boolean {
  return user.isOther && (statSync(path.join(native, 'bin/postgres')).mode & 0o005) !== 0o005
}

interface LibraryLink {
  readonly source: string
  readonly target: string
}

/** npm packages cannot carry symbolic links; this one lists them in a file, relative to its root. */
async function restoreLinks(native: string, tree: string): Promise<void> {
  const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as LibraryLink[]
  for (const { source, target } of links) {
    const place = path.join(tree, path.relative('native', target))
    await mkdir(path.dirname(place), { recursive: true })
    await symlink(path.relative(path.dirname(target), source), place)
  }
}
