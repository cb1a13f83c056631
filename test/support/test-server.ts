import type { TestProject } from 'vitest/node'
import { createTemplate } from './database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the maintenance database of the server that this run of the tests has to itself. */
    serverUrl: string
  }
}

export async function setup(project: TestProject): Promise<void> {
  const serverUrl = 'postgresql://postgres@localhost/postgres?host=/tmp/pgdev/s'
  await createTemplate(serverUrl)
  project.provide('serverUrl', serverUrl)
}
