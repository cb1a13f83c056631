import path from 'node:path'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { Queue } from '../../core/platform.ts'
import type { Store } from '../../core/store.ts'

/** A pause that could not be put on record in its database. */
interface RememberedPause {
  readonly workerConcurrency: number | null
  readonly since: string
}

type Remembered = Readonly<Record<string, RememberedPause>>

const fileOf = ({ home }: Pick<Context, 'home'>) => path.join(home, 'paused-queues.json')

function keyOf({ database }: Pick<Store, 'database'>, queue: string): string {
  return JSON.stringify([database.label, database.schema, queue])
}

async function readRemembered(context: Pick<Context, 'home' | 'readFile'>): Promise<Remembered> {
  const file = fileOf(context)
  const text = await context.readFile(file)
  if (text === undefined) return {}
  const { requireShape } = await import('../../core/files/check-shape.ts')
  const { pausedSchema } = await import('../../core/files/home-schemas.ts')
  const failure = { file, code: 'file-unusable', hint: `move it away: mv ${file} ${file}.old` } as const
  return requireShape(pausedSchema, parse(text, failure.file), failure)
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CliError('file-unusable', `${file} is not JSON.`, { hint: `move it away`, cause })
  }
}

async function write(context: Context, remembered: Remembered): Promise<void> {
  await context.writePrivate(fileOf(context), `${JSON.stringify(remembered, null, 2)}\n`)
}

/** What only this user knows of the pauses of a database, beside what is on record there. */
export async function rememberPause(
  context: Context,
  store: Store,
  queue: string,
  workerConcurrency: number | null,
): Promise<void> {
  const since = context.now().toISOString()
  await write(context, {
    ...(await readRemembered(context)),
    [keyOf(store, queue)]: { workerConcurrency, since },
  })
}

/** Undefined where nothing is remembered of this queue. */
export async function recallPause(
  context: Pick<Context, 'home' | 'readFile'>,
  store: Store,
  queue: string,
): Promise<RememberedPause | undefined> {
  return (await readRemembered(context))[keyOf(store, queue)]
}

export async function forgetPause(context: Context, store: Store, queue: string): Promise<void> {
  const { [keyOf(store, queue)]: own, ...others } = await readRemembered(context)
  if (own) await write(context, others)
}

/** The queues, with what this user remembers of their pauses. */
export async function readQueues(
  context: Pick<Context, 'home' | 'readFile'>,
  store: Store,
): Promise<readonly Queue[]> {
  const queues = await store.queues()
  const remembered = await readRemembered(context)
  return queues.map((queue) => {
    const known = remembered[keyOf(store, queue.name)]
    if (!known || queue.pause?.since) return queue
    const { workerConcurrency, since } = known
    const isOver = queue.pause === null
    return { ...queue, pause: { since: new Date(since), workerConcurrency, isGuarded: false, isOver } }
  })
}
