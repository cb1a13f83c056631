import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { runCli } from '../support/run-cli.ts'

const run = (line: string | readonly string[], env = {}) => runCli(line, { store: createExampleStore(), env })

test.each([
  [['get', 'done', '--query', 'status'], '"SUCCESS"\n'],
  [['get', 'done', '--query=status', '-r'], 'SUCCESS\n'],
  [['--query', 'output.total', 'get', 'done'], '3\n'],
  [['get', 'done', '--query', 'nothing', '-r'], 'null\n'],
  [['result', 'done', '--query', 'total', '-o', 'json'], '3\n'],
  [['list', '--status', 'failed,cancelled', '--query', '[].name | [0]', '--raw-string'], 'orderWorkflow\n'],
  [['get', 'done', 'failed', '-o', 'jsonl', '--query', 'status', '-r'], 'SUCCESS\nERROR\n'],
  [['get', 'done', 'failed', '--query', 'length(@)', '-o', 'json'], '2\n'],
])('%j prints what the query finds', async (line, stdout) => {
  expect(await run(line)).toMatchObject({ code: 0, stdout, stderr: '' })
})

test.each([
  [['list', '--query', '[', '-o', 'json'], 'is not JMESPath'],
  [['list', '--query', 'length(`1`)'], 'is not JMESPath'],
  [['worker', '--query', 'x'], 'this command prints none'],
  [['list', '-o', 'ids', '--query', 'x'], '--query looks into JSON'],
])('%j is refused with what to type', async (line, sentence) => {
  const { code, stdout, stderr } = await run(line)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(sentence)
  expect(stderr).toContain('hint')
})

test('quiet leaves errors, and what is on stdout', async () => {
  const loud = await run('cancel running queued')
  const quiet = await run('cancel running queued -q')
  expect(loud.stderr).toBe('2 cancelled.\n')
  expect(quiet).toEqual({ ...loud, stderr: '' })
  expect((await run('get nobody --quiet')).stderr).toContain('There is no workflow "nobody"')
})

test.each([
  ['--no-prompt', {}],
  ['', { DROVER_NO_PROMPT: '1' }],
])('nothing is asked with %s %j', async (flag, env) => {
  const asked = { store: createExampleStore(), isTerminal: true, env, answers: [] }
  const { code, stderr } = await runCli(`delete done ${flag}`, asked)
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('without a terminal') })
})
