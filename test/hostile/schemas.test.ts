import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startDrover, untilReady } from '../support/drover-process.ts'
import { plainCommands, readingCommands } from '../support/every-command.ts'
import { hostilePlan } from '../support/hostile-plan.ts'
import { runCli } from '../support/run-cli.ts'
import { createHome } from '../support/throw-away-home.ts'

/** All of them DBOS itself migrates and runs in. The last one ends what quotes the body of a function. */
const every = ['my-schema', 'Straße', "it's", 'a b; --', 'select', 'x'.repeat(63), "$decide$ ' $move$"]
const schemas = hostilePlan.isShort ? ['my-schema', 'Straße'] : every

let database: TestDatabase
let home: string
beforeAll(async () => {
  database = await createTestDatabase({ empty: true })
  home = await createHome()
})
afterAll(() => database.drop())

test.each(schemas)(
  'in the schema %j a workflow runs, asks, is decided on record, and is read',
  async (schema) => {
    const place = ['--db-url', database.target.url, '--schema', schema]
    const worker = startDrover(['worker', '--app', 'drover:demo', ...place], { home })
    await untilReady(worker)
    const run = async (line: string) => runCli([...line.split(' '), ...place], { openStore, now: new Date() })
    expect(await run('start approvalWorkflow 1 --id w --application drover-demo')).toMatchObject({ code: 0 })
    expect(await run('wait w --for message --timeout 1m')).toMatchObject({ code: 0 })
    expect(await run('approve w --as ada')).toMatchObject({ code: 0 })
    expect(await run('approve w --as ada')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('already recorded'),
    })
    expect(await run('wait w --timeout 1m')).toMatchObject({ code: 0 })
    expect(await run('audit')).toMatchObject({ code: 0, stdout: expect.stringContaining('stored') })
    expect(await run('audit verify')).toMatchObject({ code: 0 })
    for (const command of [...readingCommands, ...plainCommands]) {
      const { code, stderr } = await run(command.replaceAll('ID', 'w'))
      expect({ command, code: [0, 4, 5].includes(code), stderr: /bug in drover/.test(stderr) }).toEqual({
        command,
        code: true,
        stderr: false,
      })
    }
    const init = await run('audit init')
    expect(init.code).toBe(0)
    worker.process.kill('SIGTERM')
    expect((await worker.ended).code).toBe(0)
  },
)

test.each(['a$$b; drop table x', 'a"b', 'a\nb', 'x'.repeat(64), ''])(
  'the schema %j, in which DBOS cannot be, is refused before anything connects',
  async (schema) => {
    const { code, stderr } = await runCli(['list', `--schema=${schema}`, '--db-url', 'postgres://u@h/x'])
    expect({ code, isSaid: /cannot be the schema of DBOS tables|is empty/.test(stderr) }).toEqual({
      code: 2,
      isSaid: true,
    })
  },
)
