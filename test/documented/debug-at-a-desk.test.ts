import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAppFolder } from '../support/app-folder.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { droverBin, runDrover } from '../support/drover-process.ts'
import { createEmptyHome, stopAndRemoveHome } from '../support/throw-away-home.ts'

const document = readFileSync(path.join(import.meta.dirname, '../../docs/many-workflows.md'), 'utf8')

/** Fails in its fifth step as long as nobody repaired it. */
const source = `import { DBOS } from '@dbos-inc/dbos-sdk'
DBOS.registerWorkflow(async (item: string) => {
  let total = 0
  for (let n = 0; n < 4; n++) total += await DBOS.runStep(async () => n * item.length, { name: 'price' })
  return DBOS.runStep(async () => {
    if (!process.env.REPAIRED) throw new Error('no total')
    return { item, total }
  }, { name: 'total' })
}, { name: 'order' })
`

let home: string
let app: Awaited<ReturnType<typeof createAppFolder>>
let production: TestDatabase
beforeAll(async () => {
  ;[home, app, production] = [await createEmptyHome(), await createAppFolder(), await createTestDatabase()]
  for (const folder of ['src', 'bin']) await mkdir(path.join(app.path, folder))
  await writeFile(path.join(app.path, 'package.json'), '{"name": "shop", "type": "module"}')
  await writeFile(path.join(app.path, 'src/app.ts'), source)
  await symlink(droverBin, path.join(app.path, 'bin/drover'))
})
afterAll(async () => {
  await stopAndRemoveHome(home)
  await app.remove()
  await production.drop()
})

test('the line that brings a bug of production to a desk does so, with no database there yet', async () => {
  const { url } = production.target
  const args = ['run', 'order', 'tea', '--id', 'order-17', '--app', './src/app.ts', '--db-url', url]
  expect(await runDrover(args, { home, cwd: app.path })).toMatchObject({ code: 1 })
  const line = /^drover export order-17 .*$/m.exec(document)?.[0] ?? ''
  expect(line).toContain(
    '| drover import --local && drover fork order-17 --from 4 --local --app ./src/app.ts',
  )
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', line], {
    cwd: app.path,
    env: {
      PATH: `${path.join(app.path, 'bin')}:${process.env.PATH}`,
      HOME: home,
      DROVER_HOME: home,
      PROD: url,
      REPAIRED: 'yes',
    },
  })
  expect(stdout).toBe('order-17\timported\t\tERROR\tERROR\n{\n  "item": "tea",\n  "total": 18\n}\n')
  expect(stderr).toContain('kept        4 recorded steps')
})
