import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../src/db/open-store.ts'
import type { TestDatabase } from './database.ts'
import { startDrover } from './drover-process.ts'
import { atEndOfFile } from './end-of-file.ts'
import { waitUntil } from './wait-until.ts'

const pod = path.join(import.meta.dirname, '../fixtures/pod.mjs')

export interface Pod {
  readonly executorId: string
  readonly process: ChildProcess
}

export interface CrashPlan {
  readonly database: TestDatabase
  readonly home: string
  readonly workflows: number
  readonly steps: number
  readonly stepMs: number
  /** One after the other: SIGKILL a worker and start another one in its place, or SIGSTOP one for a while. */
  readonly faults: readonly {
    readonly kind: 'kill' | 'stop'
    readonly victim: number
    readonly pauseMs: number
  }[]
}

export interface CrashReport {
  /** Workflows by how they ended. */
  readonly statuses: Readonly<Record<string, number>>
  /** Workflows by how often they ended. */
  readonly endings: Readonly<Record<number, number>>
  readonly effects: number
  readonly attempts: number
  readonly killed: ReadonlySet<string>
  /** Executors from which `recover` took workflows. */
  readonly takenFrom: ReadonlySet<string>
  readonly recovered: number
  readonly recoverCode: number | null
}

const workerCount = 3

/** Three workers of an application on a queue, faults one after the other, and `drover recover --watch` beside them. */
export async function crashCluster(plan: CrashPlan): Promise<CrashReport> {
  const { database, home, workflows, steps, stepMs, faults } = plan
  await prepare(database)
  const workflowIds = Array.from({ length: workflows }, (_, index) => `chaos-${index}`)
  const { url } = database.target
  const pods: Pod[] = await Promise.all(Array.from({ length: workerCount }, () => startPod(url)))
  const recover = startDrover(
    [
      'recover',
      '--watch',
      '--every',
      '500ms',
      '--grace',
      '500ms',
      '-o',
      'jsonl',
      '--db-url',
      database.target.url,
    ],
    { home },
  )
  const killed = new Set<string>()
  try {
    await waitUntil('it looks', () => recover.stderr().includes('Looking every'))
    // Not before: all of it might be done by then.
    await enqueue(database, workflowIds, [steps, stepMs])
    for (const { kind, victim, pauseMs } of faults) {
      const index = victim % pods.length
      const { executorId, process: target } = pods[index] as Pod
      if (kind === 'kill') {
        await waitUntil('the victim is at work, or nothing is left', () => isAtWork(database, executorId))
        target.kill('SIGKILL')
        killed.add(executorId)
        await once(target, 'exit')
        await sleep(pauseMs)
        pods[index] = await startPod(url)
      } else {
        target.kill('SIGSTOP')
        await sleep(pauseMs)
        target.kill('SIGCONT')
      }
    }
    await waitUntil('every workflow has ended', async () => (await countActive(database)) === 0, 120_000)
    recover.process.kill('SIGTERM')
    const { stdout, code } = await recover.ended
    const rows: { outcome: string; executorId: string }[] = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
    const handedOver = rows.filter(({ outcome }) => outcome === 'handed-over')
    return {
      ...(await readReport(database)),
      killed,
      takenFrom: new Set(handedOver.map(({ executorId }) => executorId)),
      recovered: handedOver.length,
      recoverCode: code,
    }
  } finally {
    recover.process.kill('SIGKILL')
    for (const { process: child } of pods) child.kill('SIGKILL')
  }
}

async function isAtWork(database: TestDatabase, executorId: string): Promise<boolean> {
  const rows = await database.query(
    `select 1 from dbos.workflow_status where status = 'PENDING' and executor_id = $1 limit 1`,
    [executorId],
  )
  return rows.length > 0 || (await countActive(database)) === 0
}

export async function startPod(databaseUrl: string): Promise<Pod> {
  const executorId = `pod-${randomUUID().slice(0, 8)}`
  const child = fork(pod, [databaseUrl, executorId], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  atEndOfFile(() => child.kill('SIGKILL'))
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('a worker did not start'))),
  ])
  return { executorId, process: child }
}

/** The queue of the pods, and tables that tell what they did. */
export async function prepare(database: TestDatabase): Promise<void> {
  await database.query(`
    create table public.attempt (workflow_id text, step int, executor_id text);
    create table public.effect (workflow_id text, step int, executor_id text, primary key (workflow_id, step));
    create table public.ending (workflow_id text);
    create function public.see_ending() returns trigger language plpgsql as $$ begin
      insert into public.ending values (new.workflow_uuid);
      return null;
    end $$;
    create trigger see_ending after update on dbos.workflow_status for each row
      when (old.status is distinct from new.status and new.status not in ('PENDING', 'ENQUEUED', 'DELAYED'))
      execute function public.see_ending();
    insert into dbos.queues (name, worker_concurrency, polling_interval_sec, application_name)
    values ('chaos', 4, 0.1, 'chaos')`)
}

export async function enqueue(
  database: TestDatabase,
  workflowIds: readonly string[],
  args: readonly number[],
): Promise<void> {
  const store = await openStore(database.target)
  for (const workflowId of workflowIds) {
    await store.start({
      name: 'chaosWorkflow',
      workflowId,
      args,
      queue: 'chaos',
      application: 'chaos',
      version: 'v1',
    })
  }
  await store.close()
}

async function countActive(database: TestDatabase): Promise<number> {
  const [row] = await database.query(
    `select count(*)::int as active from dbos.workflow_status where status in ('PENDING', 'ENQUEUED', 'DELAYED')`,
  )
  return Number(row?.active)
}

type FromDatabase = Pick<CrashReport, 'statuses' | 'endings' | 'effects' | 'attempts'>

export async function readReport(database: TestDatabase): Promise<FromDatabase> {
  const counts = async (sql: string) =>
    Object.fromEntries((await database.query(sql)).map(({ key, count }) => [String(key), Number(count)]))
  const statuses = await counts(
    'select status as key, count(*) as count from dbos.workflow_status group by 1',
  )
  const endings = await counts(
    `select times as key, count(*) as count from
       (select count(*) as times from public.ending group by workflow_id) ending group by 1`,
  )
  const [row] = await database.query(
    `select (select count(*) from public.effect)::int as effects, (select count(*) from public.attempt)::int as attempts`,
  )
  return { statuses, endings, effects: Number(row?.effects), attempts: Number(row?.attempts) }
}
