import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { untilReady } from '../support/drover-process.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const source = `
import { DBOS } from '@dbos-inc/dbos-sdk'
import { price } from './price.ts'

DBOS.registerWorkflow(async () => ({ price, pid: process.pid }), { name: 'quote' })

async function ask(): Promise<string> {
  await DBOS.setEvent('asked', true)
  const answer = await DBOS.recv<string>('answer', 86_400)
  return \`\${answer} at \${price}\`
}
DBOS.registerWorkflow(ask, { name: 'ask' })
`

let place: Workplace
let folder: string
beforeAll(async () => {
  place = await createWorkplace()
  folder = path.dirname(await installApp(place.home, 'app.ts', source))
  await setPrice('1')
})
afterAll(() => place.remove())

/** As editors do it: another file takes the place of the old one. */
async function setPrice(text: string): Promise<void> {
  const written = path.join(folder, 'price.ts~')
  await writeFile(written, `export const price: number = ${text}\n`)
  await rename(written, path.join(folder, 'price.ts'))
}

async function quote(id: string): Promise<{ readonly price: number; readonly pid: number }> {
  const { stdout } = await place.drover('start', 'quote', '--application', 'test-app', '--id', id, '--wait')
  return JSON.parse(stdout)
}

test('a worker goes on in the new code, waits for what is broken to be mended, and leaves no process behind', async () => {
  const worker = place.start('worker', '--reload', '--app', path.join(folder, 'app.ts'))
  await untilReady(worker)
  expect(worker.stderr()).toContain(
    'Ready for quote, ask. A change of its files reloads it; ctrl-c stops in order.',
  )
  const before = await quote('before')
  expect(before.price).toBe(1)

  await setPrice('2')
  await waitUntil('it is reloaded', () =>
    /^reloaded in [\d.]+s: app\/price\.ts changed$/m.test(worker.stderr()),
  )
  const after = await quote('after')
  expect(after.price).toBe(2)
  expect(after.pid).not.toBe(before.pid)

  await setPrice('=')
  await waitUntil('it waits', () => worker.stderr().includes('The next change starts it again; ctrl-c ends.'))
  expect(worker.stderr()).toMatch(/^error: .*app\.ts cannot be loaded: /m)
  await setPrice('3')
  await waitUntil('it is mended', () => worker.stderr().split('\nreloaded in ').length > 2)
  const mended = await quote('mended')
  expect(mended.price).toBe(3)

  worker.process.kill('SIGINT')
  const { code, stderr } = await worker.ended
  expect(code).toBe(0)
  expect(stderr).not.toContain('Unfinished')
  expect(() => process.kill(mended.pid, 0)).toThrow('ESRCH')
})

test('what run began goes on in the new code, and its result is printed once', async () => {
  await setPrice('4')
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
  await setPrice('5')
  await waitUntil('it is reloaded', () => running.stderr().includes('reloaded in '))
  await place.drover('send', 'asking', '"sold"', '--topic', 'answer')
  const { code, stdout } = await running.ended
  expect([code, stdout]).toEqual([0, '"sold at 5"\n'])
  expect(await place.store.get('asking')).toMatchObject({ status: 'SUCCESS' })
})
