import { DBOSClient } from '@dbos-inc/dbos-sdk'

const { BENCH_POLLING_MS } = process.env

/** How often the client looks: as the SDK does unless somebody says otherwise. */
export const polling = BENCH_POLLING_MS ? { pollingIntervalMs: Number(BENCH_POLLING_MS) } : {}

/** As in the SDK's documentation, without its log. */
export function createClient() {
  const silent = () => {}
  const logger = { info: silent, debug: silent, warn: silent, error: silent }
  return DBOSClient.create({ systemDatabaseUrl: process.env.BENCH_URL, logger })
}
