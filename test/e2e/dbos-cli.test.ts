import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FakeWorkflow } from '../support/fake-workflow.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const dbosCli = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@dbos-inc/dbos-sdk')),
  'cli/cli.js',
)

let place: Workplace

beforeAll(async () => {
  place = await createWorkplace({ own: false })
})

afterAll(() => place.remove())

const minute = (number: number) => new Date(Date.UTC(2026, 0, 2, 3, number))

/** The same workflow twice, once for each of the two. */
async function seedTwice(
  fake: Partial<FakeWorkflow>,
): Promise<{ readonly forDbos: string; readonly forDrover: string }> {
  const id = Math.random().toString(36).slice(2)
  for (const suffix of ['dbos', 'drover']) {
    await seedWorkflow(place.database, { createdAt: minute(1), ...fake, workflowId: `${id}-${suffix}` })
  }
  return { forDbos: `${id}-dbos`, forDrover: `${id}-drover` }
}

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function dbos(...args: readonly string[]): Promise<Run> {
  const argv = [dbosCli, 'workflow', ...args, '--sys-db-url', place.database.target.url]
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: place.home }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

const drover = (...args: readonly string[]) => place.drover(...args)

/** All that a command may change in a row. */
async function stateOf(workflowId: string): Promise<object> {
  const [row] = await place.database.query(
    `select status, name, queue_name, executor_id, application_version, recovery_attempts, owner_xid,
       started_at_epoch_ms, deduplication_id, workflow_deadline_epoch_ms, completed_at is null as open
     from dbos.workflow_status where workflow_uuid = $1`,
    [workflowId],
  )
  return row ?? {}
}

const failed: Partial<FakeWorkflow> = {
  status: 'ERROR',
  error: { name: 'E', message: 'x' },
  did: [{ step: 'a' }, { event: 'progress', value: 1 }, { step: 'b', error: { name: 'E', message: 'x' } }],
}

describe('what the CLI of DBOS does, drover does to the same rows', () => {
  test.each([
    ['cancel', { queue: 'mails', status: 'ENQUEUED' }],
    ['cancel', {}],
    ['resume', { status: 'CANCELLED' }],
    ['resume', { status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', recoveryAttempts: 101 }],
  ] as const)('%s of %o', async (verb, fake) => {
    const { forDbos, forDrover } = await seedTwice(fake)
    const [theirs, ours] = await Promise.all([dbos(verb, forDbos), drover(verb, forDrover)])
    expect([theirs.code, ours.code]).toEqual([0, 0])
    expect(await stateOf(forDrover)).toEqual(await stateOf(forDbos))
  })

  test('fork', async () => {
    const { forDbos, forDrover } = await seedTwice(failed)
    const [theirs, ours] = await Promise.all([
      dbos(
        'fork',
        forDbos,
        '--step',
        '2',
        '--forked-workflow-id',
        'copy-dbos',
        '--application-version',
        'v2',
      ),
      drover('fork', forDrover, '--from', '2', '--id', 'copy-drover', '--to-version', 'v2'),
    ])
    expect([theirs.code, ours.code, ours.stdout]).toEqual([0, 0, 'copy-drover\n'])
    expect(await stateOf('copy-drover')).toEqual(await stateOf('copy-dbos'))
    const steps = (id: string) =>
      place.database.query(
        'select function_id, function_name from dbos.operation_outputs where workflow_uuid = $1 order by 1',
        [id],
      )
    expect(await steps('copy-drover')).toEqual(await steps('copy-dbos'))
    expect(await steps('copy-drover')).toHaveLength(2)
  })

  test('list, and the queue list', async () => {
    await seedWorkflow(place.database, { workflowId: 'l-1', name: 'listed', createdAt: minute(1) })
    await seedWorkflow(place.database, {
      workflowId: 'l-2',
      name: 'listed',
      createdAt: minute(2),
      version: 'v7',
    })
    await seedWorkflow(place.database, {
      workflowId: 'l-3',
      name: 'listed',
      createdAt: minute(3),
      status: 'ENQUEUED',
      queue: 'slow',
    })
    const idsOf = ({ stdout }: Run) => [...stdout.matchAll(/\bl-\d\b/g)].map(([id]) => id).toSorted()
    const since = minute(2).toISOString()
    const pairs = [
      [dbos('list', '--name', 'listed'), drover('list', '--name', 'listed', '-o', 'ids')],
      [
        dbos('list', '--name', 'listed', '--status', 'ENQUEUED'),
        drover('list', '--name', 'listed', '--status', 'ENQUEUED', '-o', 'ids'),
      ],
      [
        dbos('list', '--name', 'listed', '--start-time', since),
        drover('list', '--name', 'listed', '--since', since, '-o', 'ids'),
      ],
      [
        dbos('list', '--name', 'listed', '--application-version', 'v7'),
        drover('list', '--name', 'listed', '--app-version', 'v7', '-o', 'ids'),
      ],
      [
        dbos('queue', 'list', '--queue', 'slow'),
        drover('list', '--queue', 'slow', '--status', 'ENQUEUED', '--status', 'PENDING', '-o', 'ids'),
      ],
    ] as const
    for (const [theirs, ours] of pairs) {
      const expected = [...new Set(idsOf(await theirs))]
      expect(expected.length).toBeGreaterThan(0)
      expect(idsOf(await ours)).toEqual(expected)
    }
  })

  test('get and steps', async () => {
    const { forDrover: id } = await seedTwice({ ...failed, input: [1, 'x'] })
    const [get, steps] = await Promise.all([drover('get', id, '--json'), drover('steps', id, '--json')])
    const theirs = await dbos('get', id)
    expect(theirs.stdout).toContain('"status":"ERROR"')
    expect(JSON.parse(get.stdout)).toMatchObject({ workflowId: id, status: 'ERROR', input: [1, 'x'] })
    const theirSteps = await dbos('steps', id)
    expect(JSON.parse(steps.stdout).map(({ name }: { name: string }) => name)).toEqual(
      [...theirSteps.stdout.matchAll(/"name":"([\w.]+)","(?:output|error)/g)].map(([, name]) => name),
    )
  })
})

describe('where the CLI of DBOS exits 0 for nothing, drover does not', () => {
  test.each([
    ['get', 4],
    ['steps', 4],
    ['cancel', 4],
  ] as const)('%s of an unknown workflow', async (verb, expected) => {
    const [theirs, ours] = await Promise.all([dbos(verb, 'nobody'), drover(verb, 'nobody')])
    expect([theirs.code, ours.code]).toEqual([0, expected])
  })

  test.each(['cancel', 'resume'] as const)('%s of a workflow that ended SUCCESS', async (verb) => {
    const { forDbos, forDrover } = await seedTwice({ status: 'SUCCESS' })
    const [theirs, ours] = await Promise.all([dbos(verb, forDbos), drover(verb, forDrover)])
    expect([theirs.code, ours.code]).toEqual([0, 9])
    expect(await stateOf(forDrover)).toEqual(await stateOf(forDbos))
  })
})
