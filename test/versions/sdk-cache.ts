import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'drover-test')
const workerSource = path.join(import.meta.dirname, '../fixtures/versions-worker.mjs')

/** The worker of test/fixtures beside that version of the SDK, which is installed once and kept. */
export async function installWorker(sdkVersion: string): Promise<string> {
  const folder = path.join(cache, `sdk-${sdkVersion}`)
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`
    await mkdir(unfinished, { recursive: true })
    const dependencies = { '@dbos-inc/dbos-sdk': sdkVersion }
    const manifest = { name: 'versions', private: true, type: 'module', dependencies }
    await writeFile(path.join(unfinished, 'package.json'), JSON.stringify(manifest))
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: unfinished,
    })
    await rename(unfinished, folder)
  }
  const worker = path.join(folder, 'worker.mjs')
  await copyFile(workerSource, worker)
  return worker
}
