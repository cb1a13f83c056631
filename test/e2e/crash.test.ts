import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { runDrover, startDrover } from '../support/drover-process.ts'
import { createReadyHome } from '../support/ready-home.ts'
import { stopAndRemoveHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const source = `
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { DBOS } from '@dbos-inc/dbos-sdk'

async function slowly(stepMs: number): Promise<string> {
  await DBOS.setEvent('begun', true)
  await DBOS.runStep(() => sleep(stepMs), { name: 'first' })
  await DBOS.runStep(() => sleep(10), { name: 'second' })
  return 'version one'
}
DBOS.registerWorkflow(slowly, { name: 'slowly' })

async function until(file: string): Promise<string> {
  const look = () => sleep(100).then(() => existsSync(file))
  await DBOS.setEvent('begun', true)
  while (!(await DBOS.runStep(look, { name: 'look' }))) {}
  return 'seen'
}
DBOS.registerWorkflow(until, { name: 'until' })
`

let place: Workplace
let app: string
beforeAll(async () => {
  place = await createWorkplace()
  app = await installApp(place.home, 'app.ts', source)
})
afterAll(() => place.remove())

const unfinishedIn = ({ stderr }: { readonly stderr: string }) =>
  /Unfinished, and running nowhere now: (.*)/.exec(stderr)?.[1]?.split(', ').sort()

test('what two killed processes left is told, taken over, and finished after an edit of the source', async () => {
  const ids = ['k1', 'k2']
  const killed = ids.map((id) => place.start('run', 'slowly', '3600000', '--app', app, '--id', id))
  for (const id of ids) await place.reached(id, 'event:begun')
  for (const { process } of killed) process.kill('SIGKILL')
  await Promise.all(killed.map(({ ended }) => ended))

  const short = await place.run('run', 'slowly', '0', '--app', app)
  expect(short).toMatchObject({ code: 0, stdout: '"version one"\n' })
  expect(unfinishedIn(short)).toEqual(ids)
  expect(short.stderr).toContain(`To finish them: drover worker --app ${app}`)

  const edited = (await readFile(app, 'utf8'))
    .replace('version one', 'version two')
    .replace('sleep(stepMs)', 'sleep(1)')
  await writeFile(app, edited)
  const worker = place.start('worker', '--app', app)
  const waited = await place.drover('wait', ...ids)
  expect(waited.code).toBe(0)
  expect(
    waited.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(ids.map((workflowId) => ({ workflowId, value: 'version two' })))
  const takenOver = /Taken over from drover processes that are gone: k[12], k[12]/
  // The short run takes them over, and puts them back, where it is not over before.
  const told = () => short.stderr + worker.stderr()
  await waitUntil('one of both tells what it took over', () => takenOver.test(told()))
  expect(told()).toMatch(takenOver)
  worker.process.kill('SIGTERM')
  expect((await worker.ended).code).toBe(0)
})

test('two living runs leave each other alone', async () => {
  await writeFile(app, source)
  const args = (id: string) => ['run', 'slowly', '3000', '--app', app, '--id', id]
  const [one, other] = ['l1', 'l2'].map((id) => place.start(...args(id)))
  const runs = await Promise.all([one?.ended, other?.ended])
  for (const run of runs) {
    expect(run).toMatchObject({ code: 0 })
    expect(run?.stderr).not.toContain('Taken over')
  }
  const attempts = JSON.parse(
    (await place.drover('list', '--name', 'slowly', '--limit', '2', '-o', 'json')).stdout,
  )
  expect(attempts.map(({ recoveryAttempts }: { recoveryAttempts: number }) => recoveryAttempts)).toEqual([
    1, 1,
  ])
})

test('a workflow goes on when the embedded Postgres was stopped in order and started again', async () => {
  await writeFile(app, source)
  const home = await createReadyHome()
  onTestFinished(() => stopAndRemoveHome(home))
  const drover = (...args: string[]) => runDrover(args, { home })
  const file = path.join(home, 'go-on')
  const running = startDrover(['run', 'until', file, '--app', app, '--id', 'stopped'], { home })
  await waitUntil('it runs', () => running.stderr().includes('begun'))
  expect((await drover('wait', 'stopped', '--for', 'event:begun')).code).toBe(0)
  expect((await drover('db', 'stop', '--force')).code).toBe(0)
  await waitUntil('that is told', () => running.stderr().includes('does not answer'))
  expect((await drover('db', 'start')).code).toBe(0)
  await writeFile(file, '')
  expect(await running.ended).toMatchObject({ code: 0, stdout: '"seen"\n' })
})
