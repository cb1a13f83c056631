import { afterAll, beforeAll, expect, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { droverBin } from '../support/drover-process.ts'
import { startInPty } from '../support/pty-session.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const source = `
import { setTimeout as sleep } from 'node:timers/promises'
import { DBOS } from '@dbos-inc/dbos-sdk'

async function talk(lines) {
  for (let line = 0; line < lines; line++) {
    console.log('LINE ' + line)
    process.stdout.write('RAW ' + line + '\\n')
    await DBOS.runStep(() => sleep(120), { name: 'pause' })
  }
  return 'done'
}
DBOS.registerWorkflow(talk, { name: 'talk' })
`

let place: Workplace
let app: string
beforeAll(async () => {
  place = await createWorkplace()
  app = await installApp(place.home, 'app.js', source)
})
afterAll(() => place.remove())

test('what the application prints stays away from stdout', async () => {
  const run = await place.run('run', 'talk', '2', '--app', app)
  expect(run).toMatchObject({ code: 0, stdout: '"done"\n' })
  for (const line of ['LINE 0', 'RAW 0', 'LINE 1', 'RAW 1']) expect(run.stderr).toContain(`${line}\n`)
})

test('on a terminal it stands above the picture, and nothing of it is lost', async () => {
  const session = startInPty(process.execPath, [droverBin, 'run', 'talk', '4', '--app', app], {
    cwd: place.home,
    env: { DROVER_HOME: place.home, ...place.env, CI: 'false' },
  })
  expect(await session.exitCode).toBe(0)
  const lines = session.screen.text()
  expect(lines.filter((line) => /^(LINE|RAW) /.test(line))).toEqual(
    [0, 1, 2, 3].flatMap((line) => [`LINE ${line}`, `RAW ${line}`]),
  )
  expect(lines.filter((line) => line.includes('PENDING'))).toEqual([])
  expect(lines.filter((line) => line.includes('SUCCESS   talk'))).toHaveLength(1)
})
