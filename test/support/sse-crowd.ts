import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestDatabase } from './database.ts'
import { patience } from './patience.ts'

export interface CrowdPlan {
  readonly clients: number
  readonly workflows: number
  /** Of each workflow. */
  readonly values: number
  /** How often all connections of the gateway to the database are cut. */
  readonly cuts: number
  readonly valuesPerSecond: number
  /** How often each client hangs up and comes back, about. */
  readonly comebacks: number
}

interface CrowdOutcome {
  /** Of each client the values in the order in which they came. */
  readonly values: readonly (readonly unknown[])[]
  readonly comebacks: number
  readonly mostConnections: number
}

/** Clients read streams and changes over server-sent events while the database's connections are cut and they come and go. */
export async function runCrowd(url: string, database: TestDatabase, plan: CrowdPlan): Promise<CrowdOutcome> {
  const { clients, workflows, values } = plan
  const ids = Array.from({ length: workflows }, (_, index) => `crowd ${index}`)
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, created_at)
     select id, 'PENDING', 'crowd', 'e', 1 from unnest($1::text[]) as u(id)`,
    [ids],
  )
  let comebacks = 0
  let mostConnections = 0
  const meanValues = values / (plan.comebacks + 1)
  const readers = Array.from({ length: clients }, (_, index) => {
    const id = encodeURIComponent(ids[index % workflows] ?? '')
    const path = index % 3 === 0 ? `/v1/workflows/${id}/changes` : `/v1/workflows/${id}/streams/k`
    return readToItsEnd(`${url}${path}`, () => {
      const leaves = Math.random() < 1 / meanValues
      if (leaves) comebacks += 1
      return leaves
    })
  })
  const all = Promise.all(readers)
  all.catch(() => {})
  const isOver = new AbortController()
  const cutting = cutAgainAndAgain(database, plan, isOver.signal, (connections) => {
    mostConnections = Math.max(mostConnections, connections)
  })
  try {
    await write(database, ids, plan)
    await cutting
    await database.query(
      `update dbos.workflow_status set status = 'SUCCESS', completed_at = 2 where workflow_uuid = any($1)`,
      [ids],
    )
    return { values: await all, comebacks, mostConnections }
  } finally {
    isOver.abort()
  }
}

/** A round writes a value to each; announced as an executor does. */
async function write(database: TestDatabase, ids: readonly string[], plan: CrowdPlan): Promise<void> {
  const startMs = performance.now()
  for (let n = 0; n < plan.values; n++) {
    for (const [index, id] of ids.entries()) {
      await database.query(
        `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization, function_id)
         values ($1, 'k', $2, $3, 'portable_json', $2)`,
        [id, n, JSON.stringify(n)],
      )
      await database.query(`select pg_notify('dbos_streams_channel', $1)`, [`${id}::k`])
      const written = n * ids.length + index
      const aheadMs = (written / plan.valuesPerSecond) * 1000 - (performance.now() - startMs)
      if (aheadMs > 0) await delay(aheadMs)
    }
  }
}

async function cutAgainAndAgain(
  database: TestDatabase,
  { cuts, values, workflows, valuesPerSecond }: CrowdPlan,
  signal: AbortSignal,
  onConnections: (count: number) => void,
): Promise<void> {
  const shareMs = ((values * workflows) / valuesPerSecond / (cuts + 1)) * 1000
  for (let cut = 0; cut < cuts && !signal.aborted; cut++) {
    await delay(shareMs)
    const rows = await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'drover'`,
    )
    onConnections(rows.length)
  }
}

interface ServerEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

/** Comes back with the id of the last event it has, until it is told of the end. */
async function readToItsEnd(url: string, leaves: () => boolean): Promise<readonly unknown[]> {
  const values: unknown[] = []
  let lastId: string | undefined
  const deadline = AbortSignal.timeout(patience(600_000))
  for (;;) {
    let isEnd = false
    await readSome(url, lastId, deadline, ({ id, event, data }) => {
      if (event === 'end') {
        isEnd = true
        return false
      }
      lastId = id
      const record = JSON.parse(data)
      if (event === 'value' || event === 'stream') values.push(record.value)
      return !leaves()
    })
    if (isEnd) return values
    deadline.throwIfAborted()
    await delay(Math.random() * 100)
  }
}

/** Until the server ends it, or `take` has had enough. */
function readSome(
  url: string,
  lastId: string | undefined,
  signal: AbortSignal,
  take: (event: ServerEvent) => boolean,
): Promise<void> {
  const headers = lastId === undefined ? {} : { 'Last-Event-ID': lastId }
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers, agent: false, signal }, (response) => {
      response.on('error', () => resolve()).on('close', resolve)
      if (response.statusCode !== 200) {
        response.resume()
        if (response.statusCode !== 503) reject(new Error(`${url} answered ${response.statusCode}`))
        return
      }
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const blocks = (text + chunk).split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) {
          const event = toEvent(block)
          if (event && !take(event)) return request.destroy()
        }
        return undefined
      })
    })
    request.on('error', () => resolve())
  })
}

function toEvent(block: string): ServerEvent | undefined {
  const [, id = '', event = '', data = ''] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? []
  return event === '' ? undefined : { id, event, data }
}
