import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { type DroverProcess, untilReady } from '../support/drover-process.ts'
import { patience } from '../support/patience.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const workflows = 300
const edits = 100
/** Edits after which the code never lets go of its process: it has to be killed. */
const stuck = [30, 60]
const longMs = patience(10 * 60_000)

/** The second step of a workflow passes only in the code of its edit, so that each edit finds some of them in the middle. */
const source = `
import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { version } from './version.ts'

const pool = new pg.Pool({ connectionString: process.env.DROVER_DB_URL, max: 4 })
pool.on('error', () => {})

async function note(step: string): Promise<number> {
  const sql = 'insert into effects (workflow_id, step, version) values ($1, $2, $3) returning id'
  const { rows } = await pool.query(sql, [DBOS.workflowID, step, version])
  return Number(rows[0].id)
}

async function pay(number: number): Promise<number> {
  const id = await note('pay')
  if ([${stuck}].includes(version)) for (;;);
  while (version < Math.ceil((number * ${edits}) / ${workflows})) await new Promise((resolve) => setTimeout(resolve, 20))
  return id
}

async function order(number: number): Promise<number[]> {
  const reserved = await DBOS.runStep(() => note('reserve'), { name: 'reserve' })
  const paid = await DBOS.runStep(() => pay(number), { name: 'pay' })
  const shipped = await DBOS.runStep(() => note('ship'), { name: 'ship' })
  return [reserved, paid, shipped]
}
DBOS.registerWorkflow(order, { name: 'order' })

async function ask(): Promise<string> {
  await DBOS.setEvent('asked', true)
  const answer = await DBOS.recv<string>('answer', 86_400)
  return answer + ' in version ' + version
}
DBOS.registerWorkflow(ask, { name: 'ask' })
console.log('loaded version ' + version + '.')
`

/** How often each workflow came to its end. */
const audit = `
create table effects (id serial primary key, workflow_id text, step text, version int);
create table ends (workflow_id text);
create function note_end() returns trigger language plpgsql as $$
begin
  insert into public.ends values (new.workflow_uuid);
  return new;
end $$;
create trigger note_end after update on dbos.workflow_status for each row
  when (new.status not in ('PENDING', 'ENQUEUED') and new.status is distinct from old.status)
  execute function note_end();
`

let place: Workplace
let folder: string
beforeAll(async () => {
  place = await createWorkplace()
  await place.database.query(audit)
  folder = path.dirname(await installApp(place.home, 'app.ts', source))
  await writeFile(path.join(folder, 'version.ts'), 'export const version: number = 0\n')
})
afterAll(() => place.remove())

/** In the ways in which editors and tools do it. */
async function write(text: string, edit: number): Promise<void> {
  const file = path.join(folder, 'version.ts')
  if (edit % 3 === 0) {
    await writeFile(`${file}~`, text)
    await rename(`${file}~`, file)
    return
  }
  if (edit % 3 === 1) await rm(file)
  await writeFile(file, text)
}

async function makeEdit(worker: DroverProcess, edit: number): Promise<void> {
  if (edit % 7 === 0) {
    const before = worker.stderr().length
    await write('export const version: number = \n', edit)
    await waitUntil('it waits', () => worker.stderr().includes('The next change starts it again', before))
  }
  await write(`export const version: number = ${edit}\n`, edit)
  await waitUntil(`version ${edit} runs`, () => worker.stderr().includes(`loaded version ${edit}.`))
  if (stuck.includes(edit)) {
    const sql = 'select from effects where version = $1 limit 1'
    await waitUntil('it is stuck', async () => (await place.database.query(sql, [edit])).length > 0)
  } else await sleep(Math.random() * 500)
}

test(
  'through a hundred edits of a worker that is reloaded each of 300 workflows ends once, with the steps that it recorded',
  async () => {
    const { database, store } = place
    await place.drover('queues', 'create', 'orders', '--worker-concurrency', '10', '--poll', '20ms')
    for (let number = 1; number <= workflows; number++) {
      await store.start({
        name: 'order',
        workflowId: `order-${number}`,
        args: [number],
        queue: 'orders',
        application: 'test-app',
        version: 'test-app@dev',
      })
    }
    const worker = place.start('worker', '--reload', '--app', path.join(folder, 'app.ts'))
    await untilReady(worker)
    for (let edit = 1; edit <= edits; edit++) await makeEdit(worker, edit)

    const unfinished = `select from dbos.workflow_status where status in ('PENDING', 'ENQUEUED')`
    await waitUntil('all have ended', async () => (await database.query(unfinished)).length === 0, longMs)
    worker.process.kill('SIGINT')
    expect((await worker.ended).code).toBe(0)
    expect(await store.executors()).toEqual([])

    const ended = await database.query(`
    select e.workflow_id, count(*)::int as times, min(w.status) as status
    from ends e join dbos.workflow_status w on w.workflow_uuid = e.workflow_id group by 1`)
    expect(ended).toHaveLength(workflows)
    expect(ended.filter(({ times, status }) => times !== 1 || status !== 'SUCCESS')).toEqual([])

    const effects = await database.query('select id, workflow_id, step from effects')
    const placeOf = new Map(effects.map((effect) => [effect.id, `${effect.workflow_id} ${effect.step}`]))
    expect(new Set(placeOf.values()).size).toBe(3 * workflows)
    // The edits did come in the middle of something.
    expect(effects.length).toBeGreaterThan(3 * workflows)
    for (let number = 1; number <= workflows; number++) {
      const id = `order-${number}`
      const output = (await store.get(id))?.output
      const steps = Array.isArray(output) ? output.map((effect) => placeOf.get(effect)) : []
      expect(steps).toEqual([`${id} reserve`, `${id} pay`, `${id} ship`])
    }
  },
  patience(60 * 60_000),
)

test('where the process that watches is killed, the one that it started leaves in order, too', async () => {
  const worker = place.start('worker', '--reload', '--app', path.join(folder, 'app.ts'))
  await untilReady(worker)
  expect(await place.store.executors()).toHaveLength(1)
  worker.process.kill('SIGKILL')
  await waitUntil('nobody is left', async () => (await place.store.executors())?.length === 0)
})

test('what run began goes on in the new code, and its result is printed once', async () => {
  await write('export const version: number = 1000\n', 0)
  const running = place.start(
    'run',
    'ask',
    '--reload',
    '--app',
    path.join(folder, 'app.ts'),
    '--id',
    'asking',
  )
  await place.reached('asking', 'message')
  await write('export const version: number = 1001\n', 0)
  await waitUntil('it is reloaded', () => running.stderr().includes('reloaded in '))
  await place.drover('send', 'asking', '"sold"', '--topic', 'answer')
  const { code, stdout } = await running.ended
  expect([code, stdout]).toEqual([0, '"sold in version 1001"\n'])
})
