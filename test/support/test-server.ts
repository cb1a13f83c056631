import type { TestProject } from 'vitest/node'
import { createLocalDatabase } from '../../src/local/local-database.ts'
import { createTemplate, urlOfDatabase } from './database.ts'
import { createHome, removeHome } from './throw-away-home.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the maintenance database of the server that this run of the tests has to itself. */
    serverUrl: string
  }
}

/** Nothing that these databases hold is worth a wait for the disk. */
const settings = { fsync: 'off', max_connections: '300' }

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await createHome()
  const local = createLocalDatabase({ home, env: process.env, settings })
  const { url } = await local.open({ database: 'drover', connectTimeoutMs: 5000 })
  const serverUrl = urlOfDatabase(url, 'postgres')
  await createTemplate(serverUrl)
  project.provide('serverUrl', serverUrl)
  return async () => {
    await local.stop({ force: true })
    await removeHome(home)
  }
}
