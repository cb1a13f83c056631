import { DBOSClient } from '@dbos-inc/dbos-sdk'

/** As in the SDK's documentation, without its log. */
export function createClient() {
  const silent = () => {}
  const logger = { info: silent, debug: silent, warn: silent, error: silent }
  return DBOSClient.create({ systemDatabaseUrl: process.env.BENCH_URL, logger })
}
