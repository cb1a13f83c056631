import { expect, test } from 'vitest'
import { createRedaction } from '../../../src/core/transfer/redact.ts'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

test('what is exported here is imported there, and what was active does not run', async () => {
  const exported = await runCli('export done running', { store: createExampleStore() })
  expect(exported).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^2 workflows of .* exported\.\n$/),
  })
  const there = createFakeStore([], { own: true })
  const imported = await runCli('import', { store: there, stdin: exported.stdout })
  expect(imported).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('1 that was active as CANCELLED'),
  })
  expect(imported.stdout).toBe(
    'done\timported\t\tSUCCESS\tSUCCESS\nrunning\timported\t\tPENDING\tCANCELLED\n',
  )
  const again = await runCli('import', { store: there, stdin: exported.stdout })
  expect(again).toMatchObject({ code: 9, stderr: expect.stringContaining('--new-ids') })
})

test('somebody else’s database is named before anything goes into it', async () => {
  const { stdout } = await runCli('export done', { store: createExampleStore() })
  const refused = await runCli('import', { store: createFakeStore([], { own: false }), stdin: stdout })
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('add --yes') })
  expect(refused.stderr).toContain('Import workflows into')
  const store = createFakeStore([], { own: false })
  expect((await runCli('import --yes', { store, stdin: stdout })).code).toBe(0)
  expect((await store.get('done'))?.status).toBe('SUCCESS')
})

test.each([
  ['export', 2, 'No workflows given to export.'],
  ['export done --name x', 2, 'Ids and filters cannot be combined.'],
  ['export nobody', 4, 'There is no workflow "nobody"'],
  ['import --yes', 2, "This is not an export of drover's."],
])('%s is %i: %s', async (line, code, sentence) => {
  const run = await runCli(line, { store: createExampleStore(), stdin: 'hello' })
  expect(run).toMatchObject({ code, stdout: '' })
  expect(run.stderr).toContain(sentence)
  expect(run.stderr).toContain('hint: ')
})

test('what is no UTF-8 is refused, and its line told', async () => {
  const { stdout } = await runCli('export done', { store: createExampleStore() })
  const [head = '', ...lines] = stdout.split('\n')
  async function* stdin() {
    yield `${head}\n`
    yield Buffer.from([0x7b, 0xff, 0x0a])
    yield lines.join('\n')
  }
  const store = createFakeStore([], { own: true })
  const run = await runCli('import', { store, stdin: stdin() })
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toContain('Line 2 of the export is not valid UTF-8. Nothing was imported.\nhint: ')
  expect(await store.existing(['done'])).toEqual([])
})

test('a path at which nothing stands is told', async () => {
  const run = await runCli(['export', 'done', '--redact', 'card.\u202enumber'], {
    store: createExampleStore(),
  })
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing stands at ') })
  expect(run.stderr).not.toContain('\u202e')
})

test('an id that is not there keeps no other one back', async () => {
  const run = await runCli('export done nobody', { store: createExampleStore() })
  expect(run.code).toBe(4)
  expect(run.stdout).toContain('"id":"done"')
  expect(run.stderr).toContain('There is no workflow nobody')
})

test('what a terminal would act on is an escape in the file, and the same again where it is imported', async () => {
  const name = 'bell\u0007 c1\u009b31m bidi\u202e line\u2028end'
  const { stdout } = await runCli('export odd', {
    store: createFakeStore([{ workflowId: 'odd', name, status: 'SUCCESS' }]),
  })
  expect(stdout).toMatch(/^[\x20-\x7e\n]+$/)
  const there = createFakeStore([], { own: true })
  expect((await runCli('import', { store: there, stdin: stdout })).code).toBe(0)
  expect(await there.get('odd')).toMatchObject({ name })
})

test.each([
  ['is nested as deep as nobody looks', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nested too deeply'],
  ['is no JSON', 'gASVBAAAAAAAAACMAXiULg==', 'is not JSON'],
])('of a value that %s nothing is taken out, and that is said', (_, output, says) => {
  const redact = createRedaction(['card.number'])
  const line = JSON.stringify({ type: 'step', row: { output } })
  expect(() => redact(line)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  expect(() => redact(line)).toThrow(says)
})

test('what is taken out may be called like something of JavaScript', () => {
  const redact = createRedaction(['__proto__', 'constructor.name'])
  const output = '{"__proto__":1,"constructor":{"name":2,"x":3}}'
  const { row } = JSON.parse(redact(JSON.stringify({ type: 'step', row: { output } })))
  expect(row.output).toBe('{"__proto__":"[redacted]","constructor":{"name":"[redacted]","x":3}}')
})
