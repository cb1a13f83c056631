import { existsSync } from 'node:fs'
import path from 'node:path'

/** The file of that name in `folder` or the nearest folder above it. */
export function findUpward(folder: string, name: string): string | undefined {
  const candidate = path.join(folder, name)
  if (existsSync(candidate)) return candidate
  const parent = path.dirname(folder)
  return parent === folder ? undefined : findUpward(parent, name)
}
