import { createHash } from 'node:crypto'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Decision } from '../../../src/core/decide/decision.ts'
import type { Store } from '../../../src/core/store.ts'
import type { Wait } from '../../../src/core/workflow.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { adaApproves, bobRejects } from '../../support/answers.ts'
import { approval, twoGates } from '../../support/approval-workflows.ts'
import { startCuttingProxy } from '../../support/cutting-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import type { FakeWorkflow } from '../../support/fake-workflow.ts'
import { type LiveStore, openLiveStore } from '../../support/live-store.ts'
import { openWait } from '../../support/open-wait.ts'
import { runCli } from '../../support/run-cli.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

/** Written without drover in mind. */
const payment = DBOS.registerWorkflow(
  async () => {
    const answer = await DBOS.recv<string>('webhook', 3600)
    return answer === 'yes' ? 'paid' : `refused: ${answer}`
  },
  { name: 'payment' },
)

let live: LiveStore
let foreign: TestDatabase
let store: Store

beforeAll(async () => {
  live = await openLiveStore()
  store = live.store
  foreign = await createTestDatabase({ own: false })
})

afterAll(async () => {
  await live.close()
  await foreign.drop()
})

const requestOf = (wait: Wait, fields: Partial<Decision> = {}): Decision => ({
  wait,
  topic: 'go',
  ...adaApproves,
  comment: 'fine',
  ...fields,
})

test('a decision is on record with its message, and so is who came too late', async () => {
  const handle = await DBOS.startWorkflow(approval, { workflowID: 'first' })()
  const wait = await openWait(store, 'first')
  const stored = await store.decide(requestOf(wait))
  expect(await store.decide(requestOf(wait, bobRejects))).toMatchObject({
    outcome: 'decided-otherwise',
    by: 'ada',
  })
  expect(await handle.getResult()).toMatchObject({ approved: true })
  expect(await store.decisions({ workflowId: 'first' })).toEqual([
    expect.objectContaining({ by: 'bob', decision: 'rejected', outcome: 'decided-otherwise' }),
    {
      id: expect.any(Number),
      workflowId: 'first',
      name: 'approval',
      step: 1,
      topic: 'go',
      decision: 'approved',
      by: 'ada',
      bySource: '--as',
      comment: 'fine',
      outcome: 'stored',
      forced: false,
      at: stored.outcome === 'stored' && stored.at,
      sessionUser: expect.stringMatching(/./),
      clientAddress: null,
      payloadSha256: createHash('sha256').update('{"approved":true,"by":"ada"}').digest('hex'),
    },
  ])
})

test('the record can only grow, also for its owner', async () => {
  await DBOS.startWorkflow(approval, { workflowID: 'kept' })()
  await store.decide(requestOf(await openWait(store, 'kept')))
  const kept = await store.decisions({ workflowId: 'kept' })
  expect(kept).toMatchObject([{ outcome: 'stored' }])
  const owner = 'drover.decisions'
  for (const change of [`update ${owner} set actor = 'eve'`, `delete from ${owner}`, `truncate ${owner}`]) {
    await expect(live.database.query(change)).rejects.toThrow('append-only')
  }
  expect(await store.decisions({ workflowId: 'kept' })).toEqual(kept)
})

test('the same message under another verb is another decision', async () => {
  await DBOS.startWorkflow(approval, { workflowID: 'verbs' })()
  const wait = await openWait(store, 'verbs')
  const message = 'seen'
  expect(await store.decide(requestOf(wait, { message }))).toMatchObject({ outcome: 'stored' })
  expect(await store.decide(requestOf(wait, { message }))).toMatchObject({ outcome: 'repeated' })
  expect(await store.decide(requestOf(wait, { ...bobRejects, message }))).toMatchObject({
    outcome: 'decided-otherwise',
  })
})

test('what was rewound needs a new decision, also where only the wait itself is done again', async () => {
  const handle = await DBOS.startWorkflow(approval, { workflowID: 'rewound' })()
  const first = await openWait(store, 'rewound')
  await store.decide(requestOf(first))
  await handle.getResult()
  for (const startStep of [1, 0]) {
    const again = await DBOS.rewindWorkflow('rewound', { startStep })
    const wait = await openWait(store, 'rewound')
    expect(wait.since.getTime() === first.since.getTime()).toBe(startStep === 1)
    expect(await store.decide(requestOf(wait, bobRejects))).toMatchObject({ outcome: 'stored' })
    expect(await store.decide(requestOf(wait))).toMatchObject({ outcome: 'decided-otherwise', by: 'bob' })
    expect(await again.getResult()).toMatchObject({ approved: false })
  }
})

test('a fork does not inherit the decision that it has yet to ask for', async () => {
  const handle = await DBOS.startWorkflow(approval, { workflowID: 'origin' })()
  await store.decide(requestOf(await openWait(store, 'origin')))
  await handle.getResult()
  const fork = await DBOS.forkWorkflow('origin', 1)
  const wait = await openWait(store, fork.workflowID)
  expect(await store.decide(requestOf(wait, bobRejects))).toMatchObject({ outcome: 'stored' })
  expect(await fork.getResult()).toMatchObject({ approved: false })
  const later = await DBOS.forkWorkflow('origin', 3)
  await later.getResult()
  const over = await store.waitAt(later.workflowID, 1)
  expect(over && (await store.decide(requestOf(over)))).toMatchObject({ outcome: 'ended' })
})

test('a retry never leaks into the next gate, whether it names the step or the workflow', async () => {
  const handle = await DBOS.startWorkflow(twoGates, { workflowID: 'gates' })()
  const first = await openWait(store, 'gates')
  const cli = async (...line: string[]) => runCli(line, { store: await openStore(live.database.target) })
  expect((await cli('approve', 'gates')).code).toBe(0)
  const second = await openWait(store, 'gates', first.step + 3)
  expect(await cli('approve', 'gates')).toMatchObject({ code: 9 })
  expect(await cli('approve', 'gates', '--as', 'bob')).toMatchObject({ code: 9 })
  expect((await cli('approve', `gates#${first.step}`)).stderr).toContain('already recorded by ada@laptop')
  expect(await store.waits(['gates'])).toMatchObject([{ step: second.step, state: 'waiting' }])
  expect((await cli('reject', `gates#${second.step}`, '--comment', 'no')).code).toBe(0)
  expect(await handle.getResult()).toMatchObject([{ approved: true }, { approved: false }])
})

test("a message under the key of a decision that is not on record is somebody else's", async () => {
  const handle = await DBOS.startWorkflow(approval, { workflowID: 'forged' })()
  const wait = await openWait(store, 'forged')
  const request = requestOf(wait)
  const idempotencyKey = `forged:${wait.step}:${request.topic ?? ''}:${wait.since.getTime()}`
  const { workflowId, topic } = { ...request, workflowId: 'forged' }
  await store.send({ workflowId, topic, message: { approved: true, by: 'ada' }, idempotencyKey })
  await handle.getResult()
  expect(await store.decide(request)).toMatchObject({ outcome: 'foreign-message', by: null })
  const { message, isRecorded } = { message: { approved: true, by: 'bob' }, isRecorded: false }
  expect(await store.decide({ ...request, message, isRecorded })).toMatchObject({ outcome: 'repeated' })
  expect(await store.decide({ ...request, force: true })).toMatchObject({ outcome: 'stored' })
  expect(await store.decide(request)).toMatchObject({ outcome: 'repeated' })
})

test('the answer is lost on the way back: the retry hears that it was recorded', async () => {
  await DBOS.startWorkflow(approval, { workflowID: 'cut' })()
  const wait = await openWait(store, 'cut')
  const proxy = await startCuttingProxy(inject('serverUrl'), 'commit')
  const url = proxy.urlOf(live.database.target.url)
  const cut = await runCli('approve cut#1', { store: await openStore({ ...live.database.target, url }) })
  expect(cut).toMatchObject({ code: 69, stderr: expect.stringContaining('run the same command again') })
  const retry = await runCli('approve cut#1', { store: await openStore(live.database.target) })
  expect(retry).toMatchObject({ code: 0, stderr: expect.stringContaining('already recorded by ada@laptop') })
  expect(await store.messages(wait.workflowId)).toHaveLength(1)
  proxy.close()
})

test('an application that wants bare strings is answered with the lines that the error shows', async () => {
  const cli = async (line: string, files = {}) =>
    runCli([...line.split(' '), '--comment', 'so'], { store: await openStore(live.database.target), files })
  const results: unknown[] = []
  for (const [verb, id] of [
    ['approve', 'pay-1'],
    ['reject', 'pay-2'],
  ]) {
    const handle = await DBOS.startWorkflow(payment, { workflowID: id })()
    await openWait(store, id ?? '')
    const { code, stderr } = await cli(`${verb} ${id}`)
    expect(code).toBe(2)
    const lines = stderr.slice(stderr.indexOf('{')).replace('TOPIC', 'webhook')
    expect(lines.trimEnd().split('\n')).toHaveLength(5)
    expect(await cli(`${verb} ${id}`, { '/project/drover.config.json': lines })).toMatchObject({ code: 0 })
    results.push(await handle.getResult())
  }
  expect(results).toEqual(['paid', 'refused: no'])
})

test('a database of somebody else is left alone until audit init, and then a clerk may decide', async () => {
  await seedWorkflow(foreign, theirWait())
  const clerk = `clerk_${foreign.name}`
  await foreign.query(`create role ${clerk} login`)
  const theirs = await openStore(foreign.target)
  const wait = await openWait(theirs, 'theirs')
  await expect(theirs.decide(requestOf(wait))).rejects.toMatchObject({ code: 'no-record' })
  await expect(theirs.decisions({})).rejects.toMatchObject({ code: 'no-record' })
  expect(await theirs.createRecord({ decider: clerk, run: false })).toContain(`to "${clerk}"`)
  await expect(theirs.decisions({})).rejects.toMatchObject({ code: 'no-record' })
  const asClerk = await openStore(foreign.targetAs(clerk))
  await expect(asClerk.createRecord({ run: true })).rejects.toMatchObject({ code: 'permission-denied' })
  await theirs.createRecord({ decider: clerk, run: true })
  await theirs.createRecord({ decider: clerk, run: true })
  await expect(theirs.createRecord({ decider: 'nobody', run: true })).rejects.toMatchObject({
    code: 'invalid-argument',
  })
  expect(await asClerk.decide(requestOf(wait))).toMatchObject({ outcome: 'stored' })
  expect(await asClerk.decisions({})).toMatchObject([{ outcome: 'stored', sessionUser: clerk }])
  // As every SDK reads it.
  expect(await foreign.query('select serialization, message::json from dbos.notifications')).toEqual([
    { serialization: 'portable_json', message: { approved: true, by: 'ada' } },
  ])
  const reader = `reader_${foreign.name}`
  await foreign.query(`create role ${reader}`)
  await expect(asClerk.createRecord({ decider: reader, run: true })).rejects.toMatchObject({
    code: 'permission-denied',
    message: expect.stringContaining(`${clerk} may not pass on what ${reader} needs to decide`),
    hint: expect.stringContaining(`grant usage on schema dbos to "${clerk}" with grant option`),
  })
  await theirs.createRecord({ decider: reader, run: true })
  expect(await asClerk.createRecord({ decider: reader, run: true })).toContain(`to "${reader}"`)
  await foreign.query(`drop owned by ${reader}`)
  await foreign.query(`drop role ${reader}`)
  const forgery = `set role ${clerk}; insert into drover.decisions (session_user_name) values ('boss')`
  await expect(foreign.query(forgery)).rejects.toThrow('permission denied')
  await asClerk.close()
  await theirs.close()
  await foreign.query('reset role')
  await foreign.query(`drop owned by ${clerk}`)
  await foreign.query(`drop role ${clerk}`)
})

/** In a language whose SDK reads portable JSON. */
const theirWait = (): FakeWorkflow => ({
  workflowId: 'theirs',
  createdAt: new Date(),
  did: [
    { event: 'awaiting:go', value: 'Go?' },
    { recv: 'go', timeoutSeconds: 3600 },
  ],
})

test('two who are first create one record', async () => {
  const fresh = await createTestDatabase()
  const stores = await Promise.all([
    openStore(fresh.target),
    openStore(fresh.target),
    openStore(fresh.target),
  ])
  await seedWorkflow(fresh, theirWait())
  const wait = await openWait(stores[0], 'theirs')
  const outcomes = await Promise.all(stores.map((one) => one.decide(requestOf(wait))))
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['repeated', 'repeated', 'stored'])
  await Promise.all(stores.map((one) => one.close()))
  await fresh.drop()
})
