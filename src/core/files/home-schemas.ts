import * as v from 'valibot'
import { closedObject } from './check-shape.ts'

/** `pin.json`: the server stays up until it is stopped by name. */
export const pinSchema = closedObject(
  { tcpPort: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))) },
  'must be an object',
)

/** `started.json`: the id of the workflow that was started last, by database. */
export const startedSchema = v.record(v.string(), v.string())

/** `trusted.json`: hashes of files by path, and hosts that files chose. */
export const trustedSchema = closedObject(
  { files: v.record(v.string(), v.string()), hosts: v.array(v.string()) },
  'must be an object',
)

/** `paused-queues.json`: what limit a queue had, by database, schema and name. */
export const pausedSchema = v.record(
  v.string(),
  closedObject(
    {
      workerConcurrency: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
      since: v.pipe(v.string(), v.isoTimestamp()),
    },
    'must be an object',
  ),
)

/** `used.json`: the profile that `config use` chose, by the file that has it. */
export const usedSchema = v.record(v.string(), v.string())
