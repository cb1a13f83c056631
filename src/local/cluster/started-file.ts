import path from 'node:path'
import type { StartedLog } from '../../core/started-log.ts'
import { makeHome, readPrivateJson, writePrivateFile } from '../home/private-file.ts'

/** A file in drover's home. It is a convenience: where it cannot be read or written, nothing else suffers. */
export function createStartedLog(home: string): StartedLog {
  const file = path.join(home, 'started.json')

  const read = async (): Promise<Record<string, string>> => {
    try {
      const content = readPrivateJson(file)
      if (content === undefined) return {}
      const { checkShape } = await import('../../core/files/check-shape.ts')
      const { startedSchema } = await import('../../core/files/home-schemas.ts')
      const checked = checkShape(startedSchema, content)
      if ('value' in checked) return checked.value
    } catch {
      // Nobody can tell.
    }
    return {}
  }

  return {
    last: async (database) => (await read())[database],
    remember: async (database, workflowId) => {
      try {
        const content = JSON.stringify({ ...(await read()), [database]: workflowId }, null, 2)
        makeHome(home)
        writePrivateFile(file, content)
      } catch {
        // A home that cannot be written: `@last` is then not known here.
      }
    },
  }
}
