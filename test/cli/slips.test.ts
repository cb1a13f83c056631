import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createLineParser } from '../support/parse-line.ts'
import { runCli } from '../support/run-cli.ts'
import { typeIntoShell } from '../support/shell-words.ts'

/** What is typed, and the line that the hint gives. */
const slips: readonly (readonly [typed: string, line: string])[] = [
  ['ps', 'drover list'],
  ['ls', 'drover list'],
  ['status done', 'drover get done'],
  ['describe done', 'drover get done'],
  ['show done', 'drover get done'],
  ['Info done', 'drover get done'],
  ['logs done', 'drover watch done'],
  ['tail done', 'drover stream done --follow'],
  ['version', 'drover --version'],
  ['kill running', 'drover cancel running'],
  ['retry failed', 'drover fork failed --from failed'],
  ['why asking', 'drover explain asking'],
  ['ping', 'drover doctor'],
  ['pending', 'drover inbox'],
  ['output done', 'drover result done'],
  ['history done', 'drover steps done --timeline'],
  ['queue', 'drover queues'],
  ['trigger', 'drover schedules'],
  ['executors', 'drover workers'],
  ['lst', 'drover list'],
  ['watc done', 'drover watch done'],
  ['xyzzy', 'drover --help'],
  ['help xyzzy', 'drover --help'],
  ['watch', 'drover watch @last'],
  ['explain', 'drover explain @last'],
  ['get', 'drover get @last'],
  ['steps', 'drover steps @last'],
  ['events', 'drover events @last'],
  ['stream', 'drover stream @last'],
  ['messages', 'drover messages @last'],
  ['wait', 'drover wait @last'],
  ['result', 'drover result @last'],
  ['start', 'drover list --count-by name'],
  ['run', 'drover run approvalWorkflow 3 --app drover:demo'],
  ['send', 'drover send @last true --topic TOPIC'],
  ['diff done', 'drover get done'],
  ['fork done', 'drover fork done --from failed'],
  ['rewind done', 'drover rewind done --from failed'],
  ['fork', 'drover fork @last --from failed'],
  ['queues set', 'drover queues'],
  ['queues delete', 'drover queues'],
  ['queues xyzzy', 'drover queues --help'],
  ['schedules pause', 'drover schedules'],
  ['schedules trigger', 'drover schedules'],
  ['versions promote', 'drover versions'],
  ['token create', 'drover token create NAME'],
  ['token revoke', 'drover token list'],
  ['list --nam done', 'drover list --help'],
  ['list --xyzzy', 'drover list --help'],
  ['list -o xml', 'drover list --help'],
  ['list --since', 'drover list --help'],
  ['list done', 'drover list --help'],
  ['doctor --quick', 'drover doctor --help'],
  ['queues set mails --size 3', 'drover queues set --help'],
  ['cancel --all', 'drover cancel --help'],
  ['get done#1x', 'drover list'],
  ['get asking#1', 'drover get asking'],
  ['watch askin', 'drover get asking'],
  ['cancel runing', 'drover get running'],
  // one for many, another tool's word, the noun behind the verb
  ['schedule', 'drover schedules'],
  ['schedule list', 'drover schedules'],
  ['schedule get nightly', 'drover schedules get nightly'],
  ['schedules show nightly', 'drover schedules get nightly'],
  ['schedule pause nightly', 'drover schedules pause nightly'],
  ['schedules ls', 'drover schedules'],
  ['schedules disable nightly', 'drover schedules pause nightly'],
  ['schedules run nightly', 'drover schedules trigger nightly'],
  ['schedules rm nightly --yes', 'drover schedules delete nightly --yes'],
  [
    'schedules backfill nightly --from 2026-01-01 --dry-run',
    'drover schedules backfill nightly --since 2026-01-01 --dry-run',
  ],
  ['schedules backfill nightly 1d --dry-run', 'drover schedules backfill nightly --since 1d --dry-run'],
  ['queue set mails --concurrency 3', 'drover queues set mails --concurrency 3'],
  ['queues stop mails', 'drover queues pause mails'],
  ['queues add reports', 'drover queues create reports'],
  ['queues set mails 5', 'drover queues set mails --concurrency 5'],
  ['queues pause mails --reason rest', 'drover queues pause mails --comment rest'],
  ['version promote v1', 'drover versions promote v1'],
  ['versions use v1', 'drover versions promote v1'],
  ['versions rename example shop --dry-run', 'drover versions rename-application example shop --dry-run'],
  ['ls queues', 'drover queues'],
  ['list schedules', 'drover schedules'],
  ['list workers', 'drover workers'],
  ['list failed', 'drover list --status failed'],
  ['list --failed', 'drover list --status failed'],
  ['list --state failed', 'drover list --status failed'],
  ['list -n 5', 'drover list --limit 5'],
  ['list 5', 'drover list --limit 5'],
  ['list --since 1 day', 'drover list --since 1d'],
  ['list --last 1h', 'drover list --since 1h'],
  ['list --output jsonn', 'drover list --output json'],
  ['workflow list', 'drover list'],
  ['stats 1d', 'drover stats --since 1d'],
  ['stats --window 1h', 'drover stats --since 1h'],
  ['export done -o file.json', 'drover export done > file.json'],
  ['requeue running --to mails', 'drover requeue running --to-queue mails'],
  ['requeue running mails', 'drover requeue running --to-queue mails'],
  ['reprioritize queued high', 'drover reprioritize queued 1'],
  ['reprioritize queued --priority 1', 'drover reprioritize queued 1'],
  ['reschedule queued 5m', 'drover reschedule queued --in 5m'],
  ['reschedule queued --delay 5m', 'drover reschedule queued --in 5m'],
  ['fork done 0', 'drover fork done --from 0'],
  ['fork done --step 0', 'drover fork done --from 0'],
  ['cancel running --force', 'drover cancel running --yes'],
  ['send asking legal true', 'drover send asking true --topic legal'],
  ['approve asking --because ok', 'drover approve asking --comment ok'],
  ['approve --id asking', 'drover approve asking'],
  ['steps done --step 0', 'drover steps done --from 0'],
  ['stream done log --tail 5', 'drover stream done log --last 5'],
  ['doctor done', 'drover explain done'],
  ['audit --user ada', 'drover audit --by ada'],
  ['audit show done', 'drover audit done'],
  ['completion bsh', 'drover completion bash'],
  ['config list', 'drover config'],
  ['run ./app.ts checkout 1', 'drover run checkout 1 --app ./app.ts'],
  ['start ./app.ts checkout 1', 'drover run checkout 1 --app ./app.ts'],
]

test.each(slips)('`drover %s` says: %s', async (typed, line) => {
  const store = createExampleStore()
  const { code, stderr } = await runCli(typed, { store })
  expect([2, 4]).toContain(code)
  const [, hint = ''] = /^hint: (.*)$/ms.exec(stderr) ?? []
  expect(hint).toContain(line)
  expect((await runCli(line.replace(/^drover ?/, ''), { store: createExampleStore() })).code).not.toBe(2)
})

test.each([
  ['list --name orderWorkflo', '--name orderWorkflow'],
  ['list --name orderworkflow --count-by status', '--name orderWorkflow'],
  ['cancel --name orderWorkflw', '--name orderWorkflow'],
])('a filter that finds nothing suggests what was meant: drover %s', async (typed, meant) => {
  const { code, stderr } = await runCli(typed, { store: createExampleStore() })
  expect(code).toBe(0)
  expect(stderr).toContain(`hint: did you mean ${meant}?`)
})

test.each([
  ['pending', ['running', 'asking']],
  ['Running', ['running', 'asking']],
  ['FAILED', ['failed']],
  ['error,cancelled', ['failed', 'cancelled']],
])('--status takes words and any case: %s', async (typed, some) => {
  const { code, stdout } = await runCli(`list --status ${typed} -o ids`, { store: createExampleStore() })
  expect(code).toBe(0)
  for (const id of some) expect(stdout.split('\n')).toContain(id)
  expect(stdout.split('\n')).not.toContain('done')
})

test('--status says which words there are, and which was meant', async () => {
  const { code, stderr } = await runCli('list --status faild', { store: createExampleStore() })
  expect(code).toBe(2)
  expect(stderr).toContain('did you mean failed? running, active, failed, dead, ended, DELAYED')
})

test.each([
  ['start', ['start', 'orderWorkflow', '{items: 3}', '--id', 'new']],
  ['send', ['send', 'asking', '[1, two]']],
])('what looks like JSON and is none is passed as a string, with a warning: %s', async (_, argv) => {
  const { code, stderr } = await runCli(argv, { store: createExampleStore() })
  expect(code).toBe(0)
  expect(stderr).toMatch(/warning: .* is not JSON, and is passed as a string/)
})

/** Whatever is typed, the error ends in a command that does something. */
const moreSlips: readonly string[] = [
  // of the table
  "get 'asking#1'",
  "get 'done#7'",
  'watch don',
  'list --queue mial',
  'schedules trigger nigthly',
  'schedules pause nigthly',
  'versions promote v9',
  'queues set mial --concurrency 1',
  'queues delete mial --yes',
  'fork done --from failed',
  'fork done --from 99',
  'fork done --from last',
  'rewind done --from 99 --yes',
  'send 128372c1 true',
  'approve 128372c1',
  'reject asking',
  'approve asking#9',
  'approve done',
  'events done progres',
  'stream done logs',
  'result running',
  'result asking',
  // numbers, times and durations
  'list --limit none',
  'list --limit 0',
  'list --limit -3',
  'list --since yesterday',
  'list --until 2026-02-30',
  'list --longer-than 5m',
  'list --longer-than fast --since 1d',
  'list --attr tenant',
  'list --columns id,size',
  'list --sort random',
  'list --count-by age',
  'list --after nobody',
  'list --status faild',
  'list --roots --has-parent',
  'list --watch -o json',
  'wait done --timeout soon',
  'wait done --for event',
  'wait done --for evnt:progress',
  'watch done --timeout 5',
  'watch done -o json',
  'stream done log --from many',
  'stream done log --raw -o json',
  'start orderWorkflow --input nojson',
  'start orderWorkflow 12345678901234567890',
  'start orderWorkflow --delay later',
  'start orderWorkflow --priority high',
  'start orderWorkflow 1 --id done',
  'recover --grace long',
  'delete running --yes',
  'delete --older-than never --yes',
  'cancel done',
  'cancel',
  'cancel --name orderWorkflow done',
  'resume done',
  'resume running',
  'approve --all',
  'inbox --topic',
  'explain nobody',
  'diff done nobody',
  'messages nobody',
  'steps nobody',
  'audit verify --from never',
  'link asking --as ada',
  'token revoke nobody',
  'serve --port many',
  'config --xyzzy',
  'db xyzzy',
  'help xyzzy',
  // what came later
  'retain',
  'retain --keep many --older-than 30d --yes',
  'reprioritize running',
  'reprioritize running first',
  'reprioritize done 1',
  'reschedule running --in soon',
  'reschedule running',
  'reschedule done --now',
  'requeue running',
  'requeue running --to-queue mial',
  'export nobody',
  'export',
  'import nofile.jsonl --yes',
  'queues pause mial',
  'queues resume mial',
  'queues drain mial --timeout 1s',
  'queues create',
  'schedules create hourly',
  'schedules update nigthly --cron "0 4 * * *"',
  'schedules next nigthly',
  'schedules backfill nightly',
  'schedules backfill nightly --since never',
  'schedules delete nigthly --yes',
  'test',
  'test nofile.yaml',
  'list -o csv --no-headers --columns size',
  'inbox --links',
  'send asking true --topic aproval',
  'top xyzzy',
  'audit --since never',
  'link nobody --as ada',
  'token create ci --scope all',
  'config use nowhere',
  'completion tcsh',
  'list --profile nowhere',
  'schedules create orderWorkflow "0 3 * * *"',
  'schedules create hourly --workflow orderWorkflow --cron',
  'schedules update nightly "0 4 * * *"',
  'schedules update nightly --corn "0 4 * * *"',
  'schedules next nightly --count 5',
  'schedules delete nightly hourly',
  'schedules trigger nightly now',
  'queues create reports --limit 3',
  'queues drain',
  'queues delete mails slow',
  'versions rename-application example',
  'versions rename-application --from example',
  'export --all',
  'export --name orderWorkflow done',
  'import a.jsonl b.jsonl',
  'import --file a.jsonl',
  'retain 30d',
  'retain --days 30',
  'retain --keep 100 done',
  'stats --by name',
  'stats --since',
  'mcp start',
  'mcp --port 8080',
  'test --only x',
  'test case.yaml --filter',
  'config set profile prod',
  'config profiles list',
  'completion',
  'completion bash zsh',
  'audit verify done',
  'link asking approve --as ada',
  'link asking --expires 1d --as ada',
  'serve 8080',
  'serve --listen 0.0.0.0:80',
  'token new ci',
  'token create ci read',
  'token create ci --scope reed',
  'worker ./app.ts',
  'start orderWorkflow -i [1]',
  'top --watch',
  'inbox --list',
  'db psql',
  'recover --executor web-2',
  'reject asking --reason no',
  'wait done --for evnt:progress',
  'run ./app.ts',
  'fork done --from 0 --app ./app.ts --to-version v2',
  'fork done --from 0 --app ./app.ts --to-queue mails',
  'reschedule queued --at tomorrow',
  '--versoin',
  'list --db-url nonsense',
]

test('there are forty and more of them', () => {
  expect(moreSlips.length).toBeGreaterThanOrEqual(40)
})

/** The commands in a hint: up to a comment, a comma, a bracket or the end of the line. */
function commandsIn(hint: string): string[] {
  const found = hint.matchAll(/\bdrover((?: +(?:'[^']*'|"[^"]*"|(?:[^\s,;:()?`>|]|:(?=\S))+))+)?/g)
  return [...found].map(([, words = '']) => (words.split(/ +#(?: |$)/)[0] ?? '').trim())
}

/** What would keep it from running; those that wait, listen or launch are only parsed. */
async function problemOf(argv: readonly string[]): Promise<string | null> {
  const [name = ''] = argv
  if (
    ![
      'import',
      'top',
      'mcp',
      'wait',
      'watch',
      'run',
      'worker',
      'serve',
      'demo',
      'db',
      'token',
      'link',
      'test',
    ].includes(name)
  ) {
    const { code, stderr } = await runCli(argv, { store: createExampleStore(), slept: [] })
    return code === 2 ? stderr : null
  }
  const parser = await createLineParser(argv.slice(0, 2).join(' '))
  const parsed = await parser.parse(argv)
  return typeof parsed === 'string' ? parsed : null
}

function hintOf(stderr: string): string {
  if (stderr.startsWith('{')) return JSON.parse(stderr.split('\n')[0] ?? '').error.hint
  return /^hint: (.*)$/ms.exec(stderr)?.[1] ?? ''
}

test.each(moreSlips)('`drover %s` ends with a command that runs', async (typed) => {
  const [argv = []] = typeIntoShell([`drover ${typed}`])[0] ?? []
  const { code, stderr } = await runCli(argv, { store: createExampleStore(), slept: [] })
  if (code === 0) return expect(stderr).toMatch(/did you mean|hint: |^No /m)
  const lines = commandsIn(hintOf(stderr))
  expect({ stderr, lines: lines.length }).not.toMatchObject({ lines: 0 })
  const [first = ''] = lines
  const [again = []] = typeIntoShell([`drover ${first}`])[0] ?? []
  expect({ stderr, first, problem: await problemOf(again) }).toMatchObject({ problem: null })
})
