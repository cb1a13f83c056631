import { exec } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { droverBin } from '../support/drover-process.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const source = `
import { DBOS } from '@dbos-inc/dbos-sdk'

async function breaks() {
  setImmediate(() => { throw new Error('nobody expects this') })
  await new Promise(() => {})
}
DBOS.registerWorkflow(breaks, { name: 'breaks' })

async function careful() {
  process.once('uncaughtException', () => {})
  setImmediate(() => { throw new Error('expected') })
  await DBOS.sleep(100)
  return 'unharmed'
}
DBOS.registerWorkflow(careful, { name: 'careful' })

async function leaves(code) {
  await DBOS.sleep(10)
  process.exit(code)
}
DBOS.registerWorkflow(leaves, { name: 'leaves' })
`

let place: Workplace
let app: string
beforeAll(async () => {
  place = await createWorkplace()
  app = await installApp(place.home, 'app.js', source)
})
afterAll(() => place.remove())

/** The next process of the application would take it over, and break in the same way. */
async function giveUp(id: string): Promise<void> {
  expect(await place.drover('cancel', id)).toMatchObject({ code: 0 })
}

const hasFullDevice = existsSync('/dev/full')

test.skipIf(!hasFullDevice)(
  'a disk that is full is said, and no workflow is said to have failed',
  async () => {
    const command = `"${process.execPath}" "${droverBin}" --help >/dev/full`
    const running = promisify(exec)(command, { env: { DROVER_HOME: place.home, PATH: process.env.PATH } })
    await expect(running).rejects.toMatchObject({
      code: 74,
      stderr: 'error: Cannot write the output: ENOSPC: no space left on device, write.\n',
    })
  },
)

test('an application that crashes is a surprise, and not a workflow that ended ERROR', async () => {
  const run = await place.run('run', 'breaks', '--app', app, '--id', 'broken')
  expect(run).toMatchObject({ code: 70, stdout: '' })
  expect(run.stderr).toContain(
    'error: The application threw an error that nothing caught: nobody expects this\n',
  )
  expect(run.stderr).toContain('app.js:5')
  expect((await place.drover('get', 'broken', '-o', 'json')).stdout).toContain('"PENDING"')
  await giveUp('broken')
})

test('an application that catches what nobody else did goes on', async () => {
  const run = await place.run('run', 'careful', '--app', app)
  expect(run).toMatchObject({ code: 0, stdout: '"unharmed"\n' })
})

test.each([0, 3])(
  'an application that ends the process with %d has not done what was asked',
  async (code) => {
    const run = await place.run('run', 'leaves', String(code), '--app', app, '--id', `left-${code}`)
    expect(run).toMatchObject({ code: 70, stdout: '' })
    expect(run.stderr).toContain(
      `error: The application ended the process with process.exit(${code}).\nhint: drover list --status PENDING `,
    )
    expect(run.stderr).toContain('app.js:20')
    expect((await place.drover('list', '--status', 'PENDING')).stdout).toContain(`left-${code}\t`)
    await giveUp(`left-${code}`)
  },
)

test.each([
  ['exits', 'process.exit(0)', 'exits.mjs ended the process with process.exit(0) on import.'],
  [
    'waits',
    'await new Promise(() => {})',
    'waits.mjs did not finish loading: a top-level await never settled.',
  ],
])('a module that %s instead of registering workflows is said', async (name, text, sentence) => {
  const module = path.join(path.dirname(app), `${name}.mjs`)
  await writeFile(module, text)
  for (const command of [['run', 'any', '-o', 'json'], ['worker']]) {
    const { code, stderr } = await place.run(...command, '--app', module)
    expect(code).toBe(70)
    expect(stderr).toContain(sentence)
  }
})
