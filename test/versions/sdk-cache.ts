import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'drover-test')

/** A folder with these packages, which are installed once and kept. */
export async function installPackages(
  name: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = path.join(cache, name)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  const manifest = { name: 'versions', private: true, type: 'module', dependencies }
  await writeFile(path.join(unfinished, 'package.json'), JSON.stringify(manifest))
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: unfinished,
  })
  await rename(unfinished, folder)
  return folder
}

/** The script of test/fixtures beside that version of the SDK. */
export async function installBeside(
  sdkVersion: string,
  script: 'versions-worker.mjs' | 'versions-client.mjs' | 'versions-shapes.mjs' | 'versions-app.mjs',
): Promise<string> {
  const folder = await installPackages(`sdk-${sdkVersion}`, { '@dbos-inc/dbos-sdk': sdkVersion })
  const installed = path.join(folder, script)
  await copyFile(path.join(import.meta.dirname, '../fixtures', script), installed)
  return installed
}

export function isAtLeast(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number)
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}
