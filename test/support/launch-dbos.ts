import { DBOS } from '@dbos-inc/dbos-sdk'
import type { TestDatabase } from './database.ts'

export const testApplication = 'drover-test-app'
export const testVersion = 'v1'
/** Workers of the tests look often, so that a test need not wait a second for its workflow to be taken. */
export const testQueue = 'quick'

/** A real runtime in this process, for the workflows that were registered before. */
export async function launchDbos(database: TestDatabase, executorID = 'drover-test'): Promise<void> {
  const silent = (): void => {}
  DBOS.setConfig({
    name: testApplication,
    systemDatabaseUrl: database.target.url,
    applicationVersion: testVersion,
    executorID,
    systemDatabaseIdleTransactionTimeoutMs: 0,
    logger: { info: silent, debug: silent, warn: silent, error: silent },
  })
  await DBOS.launch()
  await DBOS.registerQueue(testQueue, { minPollingIntervalMs: 20 })
}
