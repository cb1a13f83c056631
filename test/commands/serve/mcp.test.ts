import { expect, test } from 'vitest'
import type { DatabaseTarget } from '../../../src/core/database.ts'
import { createExampleStore } from '../../support/example-store.ts'
import type { FakeTerminal } from '../../support/fake-terminal.ts'
import { runCli } from '../../support/run-cli.ts'
import { waitUntil } from '../../support/wait-until.ts'

const files = {
  '/project/drover.config.json': JSON.stringify({
    profiles: {
      prod: { databaseUrl: 'postgres://ada@localhost/shop', protected: true },
      look: { databaseUrl: 'postgres://ada@localhost/shop', readOnly: true },
    },
  }),
}

const mcp = (line: string) => runCli(`mcp ${line}`.trim(), { files, store: createExampleStore() })

test.each([
  ['--allow answr', 2, '"answr" is nothing that can be allowed.', 'drover mcp --allow answer'],
  ['--allow answer,everything', 2, '"everything" is nothing', 'of answer, start, manage'],
  ['--call-timeout soon', 2, '"soon"', 'hint: '],
  ['--profile look --allow start', 3, 'look is a read-only profile', 'drover config profiles'],
])('mcp %s does not begin', async (line, code, sentence, hint) => {
  const result = await mcp(line)
  expect(result).toMatchObject({ code, stdout: '' })
  expect(result.stderr).toContain(sentence)
  expect(result.stderr).toContain(hint)
})

test('a protected profile allows nothing that changes it unless it is named on the command line', async () => {
  const run = (line: string) =>
    runCli(line, { files, store: createExampleStore(), env: { DROVER_PROFILE: 'prod', DROVER_DB_URL: '' } })
  const refused = await run('mcp --allow manage')
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('prod is protected: Let an agent manage?')
  expect(refused.stderr).toContain('--profile prod')
  expect(await run('mcp')).toMatchObject({ code: 0, stdout: '' })
  expect(await run('mcp --allow manage --profile prod')).toMatchObject({ code: 0, stdout: '' })
})

test('it says what it may do, and is over when nobody is there', async () => {
  expect(await mcp('')).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('only read') })
  const { stderr } = await mcp('--allow answer --allow start,manage')
  expect(stderr).toContain('21 tools; it may read, answer, start, manage.')
})

test.each([
  ['mcp', true],
  ['mcp --allow answer', false],
])(
  'the database of %s is opened by its first call, and Postgres refuses changes: %s',
  async (line, isReadOnly) => {
    const targets: DatabaseTarget[] = []
    const said = [
      {
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
      },
      { method: 'notifications/initialized' },
      { id: 2, method: 'tools/call', params: { name: 'queues', arguments: {} } },
    ]
    const store = createExampleStore()
    async function* stdin() {
      for (const message of said) yield `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`
      await waitUntil('the call is answered', () => terminal?.stdout().includes('"id":2'))
    }
    let terminal: FakeTerminal | undefined
    const result = await runCli(line, {
      store,
      stdin: stdin(),
      openStore: async (target) => {
        targets.push(target)
        return store
      },
      onTerminal: (fake) => {
        terminal = fake
      },
    })
    expect(result.code).toBe(0)
    expect(targets.map((target) => target.isReadOnly)).toEqual([isReadOnly])
    for (const one of result.stdout.trimEnd().split('\n'))
      expect(JSON.parse(one)).toMatchObject({ jsonrpc: '2.0' })
  },
)
