import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { StartedLog } from '../../core/started-log.ts'

/** A file in drover's home. It is a convenience: where it cannot be read or written, nothing else suffers. */
export function createStartedLog(home: string): StartedLog {
  const file = path.join(home, 'started.json')

  const read = async (): Promise<Record<string, string>> => {
    try {
      return JSON.parse(await readFile(file, 'utf8'))
    } catch {
      return {}
    }
  }

  return {
    last: async (database) => (await read())[database],
    remember: async (database, workflowId) => {
      try {
        const content = JSON.stringify({ ...(await read()), [database]: workflowId }, null, 2)
        await mkdir(home, { recursive: true })
        await writeFile(`${file}.${process.pid}`, content)
        await rename(`${file}.${process.pid}`, file)
      } catch {
        // A home that cannot be written: `@last` is then not known here.
      }
    },
  }
}
