import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { untilReady } from '../support/drover-process.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const alphaSource = `
import { DBOS } from '@dbos-inc/dbos-sdk'

async function alpha(stepMs) {
  await DBOS.setEvent('begun', true)
  await DBOS.sleep(stepMs)
  return 'by alpha'
}
DBOS.registerWorkflow(alpha, { name: 'alpha' })
`
const betaSource = `
import { DBOS } from '@dbos-inc/dbos-sdk'

DBOS.registerWorkflow(async () => 'by beta', { name: 'beta' })
`

let place: Workplace
let alpha: string
let beta: string
beforeAll(async () => {
  place = await createWorkplace()
  alpha = await installApp(place.home, 'app.js', alphaSource)
  beta = path.join(path.dirname(alpha), 'beta.js')
  await writeFile(beta, betaSource)
})
afterAll(() => place.remove())

async function startWorker(module: string) {
  const worker = place.start('worker', '--app', module)
  await untilReady(worker)
  const stop = async () => {
    worker.process.kill('SIGTERM')
    await worker.ended
  }
  return Object.assign(worker, { stop })
}

test('a process that was handed what it does not know says so, and gives it to one that appears and does', async () => {
  const other = await startWorker(beta)
  const started = await place.drover('start', 'alpha', '0', '--id', 'queued', '--application', 'test-app')
  expect(started.code).toBe(0)
  await waitUntil('it is told', () => other.stderr().includes('function "alpha" of queued: '))
  expect(other.stderr()).toContain('beta.js does not register it, and no other drover process does.')
  expect(other.stderr()).not.toContain('Could not execute workflow')
  const knowing = await startWorker(alpha)
  expect(await place.drover('wait', 'queued')).toMatchObject({ code: 0, stdout: '"by alpha"\n' })
  await place.drover('start', 'alpha', '0', '--id', 'next', '--application', 'test-app')
  expect(await place.drover('wait', 'next')).toMatchObject({ code: 0 })
  await knowing.stop()
  await other.stop()
})

test('what a killed process left stays for one that knows it', async () => {
  const killed = place.start('run', 'alpha', '3600000', '--app', alpha, '--id', 'killed')
  await place.reached('killed', 'event:begun')
  killed.process.kill('SIGKILL')
  await killed.ended
  const other = await startWorker(beta)
  await waitUntil('it is told', () => other.stderr().includes('function "alpha" of killed: '))
  const left = JSON.parse((await place.drover('get', 'killed', '-o', 'json')).stdout)
  expect(left).toMatchObject({ status: 'PENDING', recoveryAttempts: 1 })
  const knowing = await startWorker(alpha)
  await waitUntil('it is taken over', () => knowing.stderr().includes('are gone: killed'))
  await place.drover('cancel', 'killed', '--yes')
  await knowing.stop()
  await other.stop()
})
