import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'

const store = () => createExampleStore()
const completed = async (...words: readonly string[]) => {
  const run = await runCli(['complete', '--', ...words], {
    store: store(),
    env: { DROVER_DB_URL: 'postgres://h/d' },
  })
  expect(run).toMatchObject({ code: 0, stderr: '' })
  return run.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0])
}

test.each([
  [['ap'], ['approve']],
  [['queues', 's'], ['set']],
  [['help', 'x'], []],
  [
    ['list', '--co'],
    ['--columns', '--count-by', '--connect-timeout', '--color'],
  ],
  [['list', '--count-by', 'st'], ['status']],
  [['list', '--count-by=na'], ['--count-by=name']],
  [['list', '--status', 'fa'], ['failed']],
  [['cancel', '--status', 'running', '--name', 'or'], ['orderWorkflow']],
  [['get', 'do'], ['done']],
  [['get', '-o', 'jsonl', 'fai'], ['failed']],
  [['approve', 'as'], ['asking#1']],
  [['list', '--no-such', 'x'], []],
  [['nothing', 'x'], []],
])('%j could become %j', async (words, expected) => {
  expect(await completed(...words)).toEqual(expected)
})

test('what a shell would act on is never offered', async () => {
  const hostile = [
    'a$(touch x)',
    'a`x`',
    'a;x',
    "a'x",
    'a b',
    'a\nb',
    '-rf',
    'a|b',
    'a*',
    'a\u202eb',
    'a!x',
    'fine:1',
  ]
  const fake = createFakeStore(hostile.map((workflowId) => ({ workflowId })))
  const { stdout } = await runCli(['complete', '--', 'get', ''], {
    store: fake,
    env: { DROVER_DB_URL: 'postgres://h/d' },
  })
  expect(stdout).toBe('fine:1\n')
})

test('a database that is not there is passed over in silence', async () => {
  const run = await runCli(['complete', '--', 'get', ''], { env: { DROVER_DB_URL: 'postgres://h/d' } })
  expect(run).toMatchObject({ code: 0, stdout: '', stderr: '' })
})
