import { lstatSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** True for a user who may decide what drover does here: this one, root, and for root who made it root or mounted this place. */
export function mayDecide(
  uid: number,
  file: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const own = process.getuid?.()
  if (own === undefined || uid === own || uid === 0) return true
  return own === 0 && (env.SUDO_UID === String(uid) || uid === ownerOfBindMount(file))
}

/** True where somebody else than the owner may write; the group of a user is often that user alone. */
export function isWorldWritable({ mode }: { readonly mode: number }): boolean {
  return process.platform !== 'win32' && (mode & 0o002) !== 0
}

/** Of the directory that somebody put here on purpose, as `docker run -v` does: only root mounts. */
function ownerOfBindMount(file: string): number | undefined {
  const mount = readMounts()
    .filter(({ point }) => point === '/' || file === point || file.startsWith(`${point}/`))
    .sort((a, b) => b.point.length - a.point.length)[0]
  if (mount === undefined || mount.point === '/' || mount.root === '/') return undefined
  return lstatSync(mount.point, { throwIfNoEntry: false })?.uid
}

interface Mount {
  readonly point: string
  /** The directory of its file system that is mounted; `/` for all of it. */
  readonly root: string
}

function readMounts(): readonly Mount[] {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n')
    return lines.map((line) => {
      const [, , , root = '', point = ''] = line.split(' ').map(unescapeMount)
      return { root, point: path.normalize(point) }
    })
  } catch {
    return []
  }
}

function unescapeMount(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
