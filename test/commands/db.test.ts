import { expect, test } from 'vitest'
import type { LocalDatabase } from '../../src/core/embedded-database.ts'
import { runCli } from '../support/run-cli.ts'

function embedded(exists: boolean) {
  const resets: unknown[] = []
  const local: Partial<LocalDatabase> = {
    exists: () => exists,
    reset: async (options) => void resets.push(options),
  }
  return { local, resets }
}

test.each([
  'db reset',
  'db reset --all',
  'db reset --yes',
  'db reset --all --yes',
  'db reset --database shop',
])(
  'where there is no embedded Postgres nobody is asked, and nothing is made only to be deleted: %s',
  async (line) => {
    const { local, resets } = embedded(false)
    expect(await runCli(line, { local })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'There is no embedded Postgres; nothing was deleted.\n',
    })
    const all = line.includes('--all')
    const database = all ? null : line.includes('shop') ? 'shop' : 'drover'
    const json = await runCli(`${line} -o json`, { local })
    expect(JSON.parse(json.stdout)).toEqual({ database, all })
    expect(resets).toEqual([])
  },
)

test('where there is one, deleting takes a yes', async () => {
  const { local, resets } = embedded(true)
  expect(await runCli('db reset', { local })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('add --yes'),
  })
  const here = { local, isTerminal: true }
  expect((await runCli('db reset', { ...here, answers: [false] })).code).toBe(130)
  expect(resets).toEqual([])
  expect((await runCli('db reset', { ...here, answers: [true] })).code).toBe(0)
  expect((await runCli('db reset --all --yes', { local })).code).toBe(0)
  expect(resets).toEqual([
    { database: 'drover', all: false },
    { database: 'drover', all: true },
  ])
})
