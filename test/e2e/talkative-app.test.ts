import { afterAll, beforeAll, expect, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { droverBin, runDrover } from '../support/drover-process.ts'
import { startInPty } from '../support/pty-session.ts'
import { createHome, stopAndRemoveHome } from '../support/throw-away-home.ts'

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

let home: string
let app: string
beforeAll(async () => {
  home = await createHome()
  app = await installApp(home, 'app.js', source)
})
afterAll(() => stopAndRemoveHome(home))

test('what the application prints stays away from stdout', async () => {
  const run = await runDrover(['run', 'talk', '2', '--app', app], { home })
  expect(run).toMatchObject({ code: 0, stdout: '"done"\n' })
  for (const line of ['LINE 0', 'RAW 0', 'LINE 1', 'RAW 1']) expect(run.stderr).toContain(`${line}\n`)
})

test('on a terminal it stands above the picture, and nothing of it is lost', async () => {
  const session = startInPty(process.execPath, [droverBin, 'run', 'talk', '4', '--app', app], {
    cwd: home,
    env: { DROVER_HOME: home, CI: 'false' },
  })
  expect(await session.exitCode).toBe(0)
  const lines = session.screen.text()
  expect(lines.filter((line) => /^(LINE|RAW) /.test(line))).toEqual(
    [0, 1, 2, 3].flatMap((line) => [`LINE ${line}`, `RAW ${line}`]),
  )
  expect(lines.filter((line) => line.includes('PENDING'))).toEqual([])
  expect(lines.filter((line) => line.includes('SUCCESS   talk'))).toHaveLength(1)
})
