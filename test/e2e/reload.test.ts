import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { untilReady } from '../support/drover-process.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const source = `
import { DBOS } from '@dbos-inc/dbos-sdk'
import { price } from './price.js'

DBOS.registerWorkflow(async () => ({ price, pid: process.pid }), { name: 'quote' })
`

let place: Workplace
let folder: string
beforeAll(async () => {
  place = await createWorkplace()
  folder = path.dirname(await installApp(place.home, 'app.js', source))
  await setPrice('1')
})
afterAll(() => place.remove())

/** As editors do it: another file takes the place of the old one. */
async function setPrice(text: string): Promise<void> {
  const written = path.join(folder, 'price.js~')
  await writeFile(written, `export const price = ${text}\n`)
  await rename(written, path.join(folder, 'price.js'))
}

async function quote(id: string): Promise<{ readonly price: number; readonly pid: number }> {
  const { stdout } = await place.drover('start', 'quote', '--application', 'test-app', '--id', id, '--wait')
  return JSON.parse(stdout)
}

test('a worker waits until what is broken is mended, goes on in the new code, and leaves no process behind', async () => {
  const worker = place.start('worker', '--reload', '--app', path.join(folder, 'app.js'))
  await untilReady(worker)
  expect(worker.stderr()).toContain(
    'Ready for quote. A change of its files reloads it; ctrl-c stops in order.',
  )
  const before = await quote('before')
  expect(before.price).toBe(1)

  await setPrice('=')
  await waitUntil('it waits', () =>
    worker.stderr().includes('The next change starts it again; ctrl-c ends.\n'),
  )
  expect(worker.stderr()).toMatch(/^error: .*app\.js cannot be loaded: /m)
  await setPrice('2')
  await waitUntil('it is reloaded', () =>
    /^reloaded in [\d.]+s: app\/price\.js changed$/m.test(worker.stderr()),
  )
  const after = await quote('after')
  expect(after.price).toBe(2)

  worker.process.kill('SIGINT')
  const { code, stderr } = await worker.ended
  expect(code).toBe(0)
  expect(stderr).not.toContain('Unfinished')
  for (const { pid } of [before, after]) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})
