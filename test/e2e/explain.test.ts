import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { createField, type Field } from '../support/field.ts'
import { waitUntil } from '../support/wait-until.ts'

const success = { status: 'SUCCESS' }

/** A delay that is longer than the test is over as soon as the test says so. */
async function endDelay(field: Field, workflowId: string): Promise<void> {
  const ended = await field.database.query(
    `update dbos.workflow_status set delay_until_epoch_ms = 0
     where workflow_uuid = $1 and status = 'DELAYED' returning 1`,
    [workflowId],
  )
  expect(ended).toHaveLength(1)
}

/** One worker is live, and serves the name, the application and the version. */
describe.concurrent('beside a live worker', () => {
  let field: Field
  beforeAll(async () => {
    field = await createField()
    await field.worker()
    expect(
      (await field.drover('start', 'quick', '--id', 'first', '--application', 'causes', '--wait')).code,
    ).toBe(0)
  })
  afterAll(() => field.leave())

  const start = async (...args: string[]) => {
    // Where a name ran last is filled in, and the tests beside this one make strange places of that.
    const queue = args.includes('--queue') ? [] : ['--queue', 'drover']
    const { code, stdout, stderr } = await field.drover('start', ...args, ...queue, '--application', 'causes')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    return stdout.trimEnd()
  }
  /** What `drover start …` of a remedy printed: it is another workflow. */
  const typeStart = async (command: string) => {
    const run = await field.type(command)
    expect(run?.code).toBe(0)
    return field.ended(String(run?.stdout.trimEnd()))
  }
  const register = (name: string, columns = {}) =>
    field.database.query(
      `insert into dbos.queues (name, polling_interval_sec, application_name, ${Object.keys(columns).join(', ') || 'worker_concurrency'})
       values ($1, 0.1, $2, ${Object.values(columns).join(', ') || 'null'})`,
      [name, 'causes'],
    )

  test('a queue that nobody registered', async () => {
    const id = await start('quick', '--queue', 'nowhere')
    const { fix } = await field.explained(id, 'queue-missing')
    await field.type(fix[0].command)
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a queue of another application', async () => {
    await field.database.query(
      `insert into dbos.queues (name, polling_interval_sec, application_name) values ('vault', 0.1, 'bank')`,
    )
    const id = await start('quick', '--queue', 'vault')
    const { fix, why } = await field.explained(id, 'queue-elsewhere')
    expect(why).toContain('belongs to bank')
    await field.type(fix[0].command)
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a partitioned queue, and no partition', async () => {
    await register('parted', { partition_concurrency: 1 })
    const id = await start('quick', '--queue', 'parted')
    const { fix } = await field.explained(id, 'partition-missing')
    await field.type(fix[0].command)
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a version that no live worker runs', async () => {
    const id = await start('quick', '--app-version', 'next')
    const { fix, why } = await field.explained(id, 'version-gone')
    expect(why).toContain('they run causes@dev')
    await field.type(fix[0].command)
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a queue that runs all it may, and what does not end there', async () => {
    await register('narrow', { concurrency: 1 })
    const blocker = await start('listens', '--queue', 'narrow')
    await field.explained(blocker, 'waits-for-message')
    const id = await start('quick', '--queue', 'narrow')
    const { because, fix } = await field.explained(id, 'queue-full')
    expect(because).toMatchObject([{ workflowId: blocker, cause: 'waits-for-message' }])
    await field.type(fix[0].command.replace('TOPIC', 'orders'))
    expect(await field.ended(blocker)).toMatchObject(success)
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a partition that runs all it may, on a queue that may run more', async () => {
    await register('tenants', { concurrency: 5, partition_concurrency: 1 })
    const inPartition = (name: string, key: string) => start(name, '--queue', 'tenants', '--partition', key)
    const blocker = await inPartition('listens', 'eu')
    await field.explained(blocker, 'waits-for-message')
    const id = await inPartition('quick', 'eu')
    const { why, because, fix } = await field.explained(id, 'queue-full')
    expect(why).toBe('Partition "eu" of queue "tenants" runs 1 of 1 at a time.')
    expect(because).toMatchObject([{ workflowId: blocker, cause: 'waits-for-message' }])
    expect(await field.ended(await inPartition('quick', 'us'))).toMatchObject(success)
    await field.type(fix[0].command.replace('TOPIC', 'orders'))
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a queue that has started all it may in a while', async () => {
    await register('slow', { rate_limit_max: 1, rate_limit_period_sec: 600 })
    await field.ended(await start('quick', '--queue', 'slow'))
    const id = await start('quick', '--queue', 'slow')
    const { why, fix } = await field.explained(id, 'queue-full')
    expect(why).toContain('has started the 1 it may start in 10m')
    const watching = field.type(fix[0].command)
    await field.drover('queues', 'set', 'slow', '--rate-limit', 'none')
    expect(await watching).toMatchObject({ code: 0 })
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a name that its worker does not know, as it says itself', async () => {
    const id = await start('quik')
    const { fix, why, unknown } = await field.explained(id, 'name-unregistered')
    expect(why).toContain('"quik". Was quick meant?')
    expect(fix[0].command).toContain('start quick --queue drover ')
    expect(unknown).toEqual([])
    await waitUntil('the worker says so', () =>
      field.workers[0]?.stderr().includes('Cannot find workflow function'),
    )
    expect(await typeStart(String(fix[0]?.command))).toMatchObject({ ...success, name: 'quick' })
  })

  test('a class that its worker does not know', async () => {
    await field.ended(await start('ship', '--class', 'Shop', '--instance', 'eu'))
    const id = await start('ship', '--class', 'Shopp', '--instance', 'eu')
    const { fix, why } = await field.explained(id, 'name-unregistered')
    expect(why).toContain('"Shopp.ship"; it registers Shop.ship.')
    expect(await typeStart(String(fix[0]?.command))).toMatchObject({ ...success, output: 'eu' })
  })

  test('a question', async () => {
    const id = await start('asks')
    const { fix, why } = await field.explained(id, 'waits-for-message')
    expect(why).toContain('to "Ship it?" (topic orders)')
    await field.type(fix[0].command)
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('an answer on a wrong topic, where earlier runs tell the right one', async () => {
    const earlier = await start('listens')
    await field.explained(earlier, 'waits-for-message')
    await field.drover('send', earlier, 'go', '--topic', 'orders')
    await field.ended(earlier)
    const id = await start('listens')
    await field.drover('send', id, '{"ship":true}', '--topic', 'ordres')
    const { fix, why } = await field.explained(id, 'waits-for-message')
    expect(why).toContain('on topic orders')
    expect(why).toContain('a message on topic ordres lies there unread')
    await field.type(fix[0].command)
    expect(await field.ended(id)).toMatchObject({ ...success, output: { ship: true } })
  })

  test('an event, where earlier runs tell that it is one', async () => {
    const publisher = await start('publishes')
    await field.ended(await start('looks', publisher))
    const later = `${publisher}-later`
    const id = await start('looks', later)
    const { why, unknown, fix } = await field.explained(id, 'waits-for-event')
    expect(why).toMatch(/an event of another workflow, as earlier runs did at this step, \d+m \d\ds left/)
    expect(unknown).toEqual([expect.stringContaining('DBOS records neither')])
    expect((await field.type(fix[0].command))?.stdout).toContain(later)
    await start('publishes', '--id', later)
    expect(await field.ended(id)).toMatchObject({ ...success, output: true })
  })

  test('an event, where no earlier run tells it from a message', async () => {
    const later = 'not-yet-published'
    const id = await start('peeks', later)
    const { why } = await field.explained(id, 'waits-for-message')
    expect(why).toContain('a message on a topic that is not known, or for an event of another workflow')
    await start('publishes', '--id', later)
    expect(await field.ended(id)).toMatchObject({ ...success, output: true })
  })

  test('a child, down to what it waits for', async () => {
    const id = await start('delegates')
    const { because, fix } = await field.explained(id, 'waits-for-child')
    await field.explained(`${id}-child`, 'waits-for-message')
    expect(because).toMatchObject([{ workflowId: `${id}-child` }])
    const [remedy] = (await field.explained(id, 'waits-for-child')).fix
    expect(fix).toHaveLength(1)
    await field.type(remedy.command.replace('TOPIC', 'orders'))
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a sleep, and a step that takes long', async () => {
    const sleeping = await start('sleeps', '600000')
    const working = await start('works', '600000')
    const { fix } = await field.explained(sleeping, 'sleeps')
    await field.explained(working, 'step-runs')
    const watching = field.type(fix[0].command)
    await field.drover('cancel', sleeping)
    expect(await watching).toMatchObject({ code: 6, stdout: expect.stringContaining('CANCELLED') })
  })

  test('a workflow that was cancelled', async () => {
    const id = await start('asks')
    await field.explained(id, 'waits-for-message')
    await field.drover('cancel', id)
    const { fix } = await field.explained(id, 'cancelled')
    await field.type(fix[0].command)
    await field.drover('send', id, 'true', '--topic', 'orders')
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a delay that has not passed', async () => {
    const id = await start('quick', '--delay', '590s')
    const { why, fix } = await field.explained(id, 'delayed')
    expect(why).toMatch(/^It is delayed until .*\d\d:\d\d:\d\d.*, \d+m \d\ds left\.$/)
    const watching = field.type(fix[0].command)
    await endDelay(field, id)
    expect(await watching).toMatchObject({ code: 0 })
    expect(await field.ended(id)).toMatchObject(success)
  })

  /** The copy that a remedy made, once it ended. */
  const typeFork = async (command: string) => {
    const run = await field.type(command)
    expect(run?.code).toBe(0)
    return field.ended(String(run?.stdout.trimEnd()))
  }

  test('a step that failed', async () => {
    const file = path.join(field.home, 'order')
    const id = await start('ships', file)
    await field.ended(id)
    const { why, fix } = await field.explained(id, 'failed')
    expect(why).toContain('its step 1, look, had failed: TypeError: no such order')
    expect(fix[0].command).toBe(`drover fork ${id} --from failed`)
    await writeFile(file, '')
    const [payment] = await field.store.steps(id)
    expect(await typeFork(fix[0].command)).toMatchObject({ ...success, output: payment?.output })
  })

  test('a step that failed after another whose failure did not matter', async () => {
    const file = path.join(field.home, 'other-order')
    const id = await start('shipsUncached', file)
    await field.ended(id)
    const { why, fix } = await field.explained(id, 'failed')
    expect(why).toContain('its step 2, look, had failed: TypeError: no such order')
    await writeFile(file, '')
    const [, payment] = await field.store.steps(id)
    expect(await typeFork(fix[0].command)).toMatchObject({ ...success, output: payment?.output })
  })
})

describe.concurrent('workers that come and go', () => {
  /** It goes with the test that it is for: workers that nobody needs any more look at their queues ten times a second. */
  const create = async (onTestFinished: TestContext['onTestFinished'], options = {}) => {
    const field = await createField(options)
    onTestFinished(() => field.leave())
    return field
  }
  const start = async (field: Field, name: string, ...args: string[]) => {
    const { stdout } = await field.drover('start', name, ...args, '--application', 'causes')
    return stdout.trimEnd()
  }

  test('nobody lives, and then somebody died with an answer on the way', async ({ onTestFinished }) => {
    const field = await create(onTestFinished)
    const id = await start(field, 'asks')
    const { fix } = await field.explained(id, 'no-worker')
    await field.type(fix[0].command)
    await field.explained(id, 'waits-for-message')
    for (const { process, ended } of field.workers) {
      process.kill('SIGKILL')
      await ended
    }
    const gone = await field.explained(id, 'executor-gone')
    expect(gone.also).toMatchObject([{ cause: 'waits-for-message' }])
    await field.drover('send', id, 'true', '--topic', 'orders')
    const answered = await field.explained(id, 'executor-gone')
    expect(answered.also).toMatchObject([{ cause: 'answer-unread' }])
    await field.type(answered.fix[0].command)
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a later version took the place of the latest, and left', async ({ onTestFinished }) => {
    const field = await create(onTestFinished)
    await field.worker('--app-version', 'v1')
    const later = await field.worker('--app-version', 'v9')
    later.process.kill('SIGTERM')
    await later.ended
    await field.store.start({
      name: 'quick',
      workflowId: 'any',
      args: [],
      queue: 'drover',
      application: 'causes',
    })
    const { fix, why } = await field.explained('any', 'version-overtaken')
    expect(why).toContain('which is v9; those that live run v1')
    await field.type(fix[0].command)
    expect(await field.ended('any')).toMatchObject(success)
  })

  test('a worker that does not poll the queue', async ({ onTestFinished }) => {
    const field = await create(onTestFinished, { own: false })
    const first = await field.worker('--create-queue', 'orders')
    first.process.kill('SIGTERM')
    await first.ended
    await field.worker()
    const id = await start(field, 'quick', '--queue', 'orders')
    const { fix } = await field.explained(id, 'not-polled')
    await field.type(fix[0].command)
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('an executor that is stopped, killed, and replaced', async ({ onTestFinished }) => {
    const field = await create(onTestFinished)
    const { process, ended } = await field.worker()
    // What waits cannot end before it is stopped.
    const id = await start(field, 'asks')
    await field.explained(id, 'waits-for-message')
    process.kill('SIGSTOP')
    const { fix } = await field.explained(id, 'executor-silent')
    expect((await field.type(fix[0].command))?.stdout).toContain('silent')
    process.kill('SIGKILL')
    await ended
    await field.type((await field.explained(id, 'executor-gone')).fix[0].command)
    await field.drover('send', id, 'true', '--topic', 'orders')
    expect(await field.ended(id)).toMatchObject({ ...success, recoveryAttempts: 2 })
  })

  test('an executor that drover did not start, and that is gone', async ({ onTestFinished }) => {
    const field = await create(onTestFinished)
    const local = await field.plainWorker()
    // What waits cannot end before it is killed.
    const id = await start(field, 'asks')
    await field.explained(id, 'waits-for-message')
    expect((await field.drover('workers')).stdout).toContain('local')
    local.kill('SIGKILL')
    const [alone] = (await field.explained(id, 'executor-gone')).fix
    await field.type(alone.command)
    await field.drover('send', id, 'true', '--topic', 'orders')
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a workflow that kills its workers until DBOS gives it up', async ({ onTestFinished }) => {
    const field = await create(onTestFinished)
    const file = path.join(field.home, 'fixed')
    const id = await start(field, 'dies', file)
    for (let attempt = 1; attempt <= 2; attempt++) await (await field.worker()).ended
    await field.worker()
    await field.ended(id)
    const { why, evidence, fix } = await field.explained(id, 'dead')
    expect(why).toContain('after 3 attempts')
    expect(evidence).toMatchObject({ 'last step': expect.stringContaining('0 first') })
    expect(fix[0].command).toBe(`drover resume ${id}`)
    await writeFile(file, '')
    await field.type(fix[0].command)
    expect(await field.ended(id)).toMatchObject({ ...success, output: true })
  })

  test('a delay, and nobody who would take it after that', async ({ onTestFinished }) => {
    const field = await create(onTestFinished)
    const id = await start(field, 'quick', '--delay', '590s')
    const { also, fix } = await field.explained(id, 'delayed')
    expect(also).toMatchObject([{ cause: 'no-worker' }])
    await field.type(fix[0].command)
    await endDelay(field, id)
    expect(await field.ended(id)).toMatchObject(success)
  })

  test('a role that does not see who lives, and then does', async ({ onTestFinished }) => {
    const field = await create(onTestFinished)
    const role = 'drover_blind'
    await field.database.query(`create role ${role} login`)
    await field.database.query(`grant usage on schema dbos to ${role}`)
    await field.database.query(`grant select on all tables in schema dbos to ${role}`)
    const blind = field.as(role)
    const hidden = [expect.stringContaining('Whether any worker is live')]

    const proof = await start(field, 'works', '0')
    const id = await start(field, 'works', '600000')
    const queued = await blind.explained(id, 'due')
    expect(queued).toMatchObject({ unknown: hidden, evidence: { workers: 'cannot be seen' } })
    expect(queued.why).toContain('Nothing that can be seen from here stands in its way')
    expect(queued.fix[0].command).toBe('drover doctor')
    expect((await blind.drover('doctor')).stdout).toContain('grant pg_read_all_stats')

    const { process, ended } = await field.worker()
    await field.ended(proof)
    await waitUntil('it is claimed', async () => (await field.store.get(id))?.status === 'PENDING')
    process.kill('SIGKILL')
    await ended
    const running = await blind.explained(id, 'step-runs')
    expect(running.unknown).toEqual(hidden)
    expect(running.why).toContain('Step 0 runs, if its executor lives,')

    await field.database.query(`grant pg_read_all_stats to ${role}`)
    expect((await blind.explained(id, 'executor-gone')).unknown).toEqual([])
    await field.database.query(`drop owned by ${role}`)
    await field.database.query(`drop role ${role}`)
  })
})
