import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { commandGroups } from '../../src/commands/index.ts'
import type { Context } from '../../src/context.ts'
import type { LocalDatabase } from '../../src/core/embedded-database.ts'
import { CliError } from '../../src/core/errors.ts'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'

test('bare drover is its help', async () => {
  const { code, stdout } = await runCli([], { columns: 80 })
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: drover [options] [command]

    Drive DBOS durable workflows from a terminal.

    Options:
      -V, --version                 print the version
      --db-url <url>                the DBOS system database (else: drover config
                                    shows what is used)
      --database <name>             a database of the embedded Postgres (default:
                                    drover); not with --db-url
      --local                       the embedded Postgres, whatever is configured
      --profile <name>              the database of this profile (drover config
                                    profiles lists them)
      --schema <name>               schema of the DBOS system tables (default: dbos)
      --connect-timeout <duration>  give up connecting after this long (default: 5s)
      --reconnect-timeout <time>    give up a database that went away after this
                                    long (default: 5m)
      --listen-url <url>            the same database without its pooler, for
                                    notifications
      --query <expression>          print what this JMESPath finds in the JSON, such
                                    as [].workflowId
      -r, --raw-string              print a string that it finds without quotes
      -q, --quiet                   print nothing on stderr but errors
      --no-prompt                   ask nothing, as without a terminal
      --color <when>                colour the output (auto, always, never; default:
                                    auto)
      -h, --help                    show help

    Try it:
      demo [part]                   see what durable workflows do, with nothing
                                    installed

    Run:
      run <workflow> [args…]        run a workflow in this process and watch it
      start <workflow> [args…]      enqueue a workflow for a worker elsewhere
      worker                        run an application and execute what is enqueued

    Observe:
      watch [id…]                   see workflows live until they end
      top                           see everything live on one screen, and act on it
      list                          list recent workflows
      get [id…]                     show workflows: input, result, events, what they
                                    wait for
      steps <id>                    list the recorded steps of a workflow
      events [id] [key]             show the events that a workflow published
      stream [id] [key…]            print what a workflow streams
      messages <id>                 list what was sent to a workflow, and what of it
                                    was read
      diff <left> <right>           compare the steps of two workflows, such as a
                                    run and its fork

    Answer:
      inbox                         list what waits for an answer
      approve [wait…]               approve what a workflow waits for
      reject [wait…]                reject what a workflow waits for
      send [id] [message]           send a message to a workflow, or to many

    Wait:
      wait [id…]                    wait until workflows are created, publish an
                                    event, wait for a message, or end
      result <id…>                  print the results of workflows that have ended
      test [file…]                  run smoke tests that are written in YAML

    Understand:
      explain [id…]                 say why a workflow does not move, and what fixes
                                    it
      doctor                        check the database, the workers, and what is
                                    stuck
      stats                         throughput, waits and durations by name; the
                                    slowest, and what fails most
      workers                       the executors that are live, and what they run
      audit [id]                    list who decided and did what, and who tried

    Manage:
      cancel [id…]                  stop workflows; a step that runs goes on to its
                                    end
      resume [id…]                  let cancelled and dead workflows go on
      fork [id…]                    run workflows again from a step, as copies with
                                    new ids
      rewind [id…]                  run ended workflows again from a step, in place
      recover [id…]                 hand what dead executors left to living ones
      reprioritize [id…]            let waiting workflows go before or after others
                                    of their queue
      reschedule [id…]              let delayed workflows begin sooner or later
      requeue [id…]                 put waiting workflows on another queue
      export [id…]                  write workflows with all that belongs to them to
                                    a file
      import [file]                 bring exported workflows in, where nothing of
                                    them runs
      retain                        delete what ended long ago, but for the newest
      delete [id…]                  delete ended workflows with all that was
                                    recorded of them

    Serve:
      serve                         serve workflows over HTTP: start, watch, answer,
                                    read
      link <wait>                   make a link that answers one wait, for a phone
                                    or a mail
      metrics                       print figures once, for the textfile collector
                                    of Prometheus
      mcp                           serve tools to an agent, over the Model Context
                                    Protocol on stdin and stdout
      token                         tokens that open the gateway: create, list,
                                    revoke

    Platform:
      queues                        list registered queues with their depth; pause,
                                    resume, drain, set, create, delete
      schedules                     list schedules with their next times; get,
                                    pause, resume, trigger, backfill, create, delete
      versions                      list versions with who runs them; promote one;
                                    rename an application
      db                            the embedded Postgres: start, stop, status, url,
                                    logs, reset, upgrade
      completion <shell>            print the script that completes drover in your
                                    shell
      config                        show every setting and where it comes from
      help [command]                help for a command, or exit-codes, environment,
                                    formats, conditions, schema; or --json

    A first look, with nothing installed: drover demo
    "
  `)
})

test('no line of any help is wider than the terminal', async () => {
  const { stdout } = await runCli('--help')
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '')
  expect(commands.length).toBeGreaterThan(15)
  for (const name of commands) {
    const help = await runCli([name, '--help'])
    expect(help.code).toBe(0)
    for (const line of help.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  }
})

test.each([
  ['lst', '"lst" is not a command.', 'did you mean drover list?'],
  ['list --lmit 3', "Unknown option '--lmit'.", 'did you mean drover list --limit 3?'],
  ['list --limit 0', '"0" is not a whole number above zero.', 'write it in digits: 1, or more'],
  ['list --status RUNS', '"RUNS" is not a status.', undefined],
  ['get', "Missing required argument 'id'.", 'drover get @last   # drover list shows ids'],
])('%s is 2 with one clear sentence', async (line, message, hint) => {
  const { code, stdout, stderr } = await runCli(line)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(`error: ${message}`)
  if (hint) expect(stderr).toContain(`hint: ${hint}`)
})

test.each([
  ['environment', ['DROVER_DB_URL', 'DROVER_HOME', 'DROVER_PG_USER', 'DBOS__APPVERSION', 'DEBUG=drover']],
  ['formats', ['-o jsonl', '-o ids', '--json']],
  ['conditions', ['event:KEY.PATH>=JSON', 'step:NAME', 'message']],
])('drover help %s names what there is', async (topic, names) => {
  const { code, stdout, stderr } = await runCli(`help ${topic}`)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const name of names) expect(stdout).toContain(name)
})

test('every environment variable that the settings read is in drover help environment', async () => {
  const { stdout } = await runCli('help environment')
  const settings = readFileSync(path.join(import.meta.dirname, '../../src/settings/settings.ts'), 'utf8')
  const read = [...settings.matchAll(/variable\(env, '(\w+)'\)/g)].map(([, name]) => name)
  expect(read.length).toBeGreaterThan(3)
  for (const name of read) expect(stdout).toContain(name)
})

test('drover help exit-codes is the whole table', async () => {
  const { stdout } = await runCli('help exit-codes')
  expect(stdout).toMatchInlineSnapshot(`
    "  0  ok                 done; the workflow ended SUCCESS; an empty list
      1  workflow-failed    the workflow asked about ended ERROR
      2  usage              bad flag, argument or configuration; a prompt was needed where there is no terminal
      3  permission         refused by Postgres; who decides cannot be recorded
      4  not-found          no such workflow, event, stream, queue or schedule
      5  check-failed       an assertion or a check did not hold
      6  workflow-cancelled the workflow asked about ended CANCELLED
      7  workflow-dead      it ended MAX_RECOVERY_ATTEMPTS_EXCEEDED
      9  conflict           the state does not allow it: already ended, already decided, id in use, ended without what was waited for
     10  waiting-for-input  wait --fail-on-input: it is blocked on a message
     69  unavailable        database unreachable, or its schema unusable
     70  bug                anything unexpected, such as a crash of the application, with a stack
     74  output-failed      the output could not be written, as on a full disk
    124  timed-out          --timeout passed (the workflow still runs)
    129  hung-up            SIGHUP: the terminal went away
    130  interrupted        ctrl-c, or a no where drover asked
    143  terminated         SIGTERM
    "
  `)
})

test('with no database at all there are two ways on', async () => {
  expect(await runCli('list')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/hint: .*--db-url.*drover demo/),
  })
})

test('anything unexpected is 70 with a stack', async () => {
  const store = {
    ...createFakeStore(),
    list: async () => {
      throw new TypeError('boom')
    },
  }
  const { code, stderr } = await runCli('list', { store })
  expect(code).toBe(70)
  expect(stderr).toMatch(/error: This is a bug in drover: boom\n.*\nTypeError: boom\n {4}at /)
})

test('the store is closed, whatever happens', async () => {
  const store = createExampleStore()
  await runCli('get nope', { store })
  expect(store.closed).toBe(true)
})

test('passwords are never shown', async () => {
  const { stdout } = await runCli('config --db-url postgres://ada:s3cret@db.example:5433/shop')
  expect(stdout).toContain('db.example:5433/shop\t--db-url')
  expect(stdout).not.toContain('s3cret')
})

test('--database chooses a database of the embedded server, and config says so', async () => {
  const { stdout } = await runCli('config --database shop', { local: { exists: () => true } })
  expect(stdout).toContain('databaseUrl\tembedded database shop\t--database\n')
  expect(stdout).toContain('database\tshop\t--database\n')
  expect(await runCli('list --db-url postgres://localhost/x --database shop')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--db-url and --database name two different databases.'),
  })
})

test.each([
  ['list --database shop', { database: 'shop', connectTimeoutMs: 5000, mustExist: true }],
  ['list', { database: 'drover', connectTimeoutMs: 5000, mustExist: false }],
])('%s opens that database, and creates none that was mistyped', async (line, expected) => {
  const opened: unknown[] = []
  const open: LocalDatabase['open'] = async (options) => {
    opened.push(options)
    throw new CliError('no-database', 'not there')
  }
  await runCli(line, { local: { exists: () => true, open } })
  expect(opened).toEqual([expected])
})

test('connecting is left by ctrl-c and by SIGTERM', async () => {
  const unreachable = { ...createFakeStore(), list: () => new Promise<never>(() => {}) }
  const interrupted = (signal: string) =>
    runCli('list', { store: unreachable, interrupt: AbortSignal.abort(signal) })
  expect(await interrupted('SIGINT')).toMatchObject({ code: 130, stdout: '' })
  expect(await interrupted('SIGTERM')).toMatchObject({ code: 143, stdout: '' })
})

test.each([
  ['db reset --force', "Unknown option '--force'."],
  ['db start x', 'Too many arguments'],
  ['db bogus', '"bogus" is not a command of drover db.'],
  ['db', 'drover db needs one of its commands.'],
  ['help bogus', '"bogus" is not a command.'],
])('%s is wrong usage, like anything else', async (line, message) => {
  const { code, stderr } = await runCli(line)
  expect(code).toBe(2)
  expect(stderr).toContain(`error: ${message}`)
  expect(stderr).toContain('hint: ')
})

test.each([
  [
    'schedules',
    'pose',
    'did you mean drover schedules pause? It has get, next, pause, resume, trigger, backfill, create, update, delete',
  ],
  ['queues', 'xyzzy', 'drover queues --help   # it has pause, resume, drain, set, create, delete'],
  ['versions', 'promot', 'did you mean drover versions promote? It has promote, rename-application'],
  ['db', 'stat', 'did you mean drover db start? It has start, stop, status, url, logs, reset, upgrade'],
])('drover %s says which commands it has, and which %s may be', async (group, typed, hint) => {
  for (const options of [[], ['--color', 'never']]) {
    const { code, stderr } = await runCli([...options, group, typed])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: "${typed}" is not a command of drover ${group}.\nhint: ${hint}\n`,
    })
  }
})

test('drover audit takes any id, and says what an unknown one may have been meant to be', async () => {
  const run = (line: string) => runCli(line, { store: createExampleStore() })
  expect(await run('audit inti')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('did you mean drover audit init?'),
  })
  expect((await run('audit order-17')).stderr).not.toContain('did you mean')
  expect((await run('audit inti x')).stderr).toContain(
    'did you mean drover audit init x? It has verify, init',
  )
})

test.each([
  [['list', '--db-url', ''], 'A setting from --db-url is empty.'],
  [['list', '--schema', 'x"; drop table y; --'], 'cannot be the schema of DBOS tables.'],
])('a setting that cannot be meant is refused: %j', async (argv, message) => {
  expect(await runCli(argv)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
})

test('the Postgres URL of a socket directory needs no host', async () => {
  const { stdout } = await runCli(['config', '--db-url', 'postgres://ada:pw@/shop?host=/run/postgresql'])
  expect(stdout).toContain('databaseUrl\t/run/postgresql/shop\t--db-url')
})

test('what the list says of a command is what the command says of itself', async () => {
  for (const { name, usage, summary, load } of commandGroups.flatMap(({ commands }) => commands)) {
    const command = (await load())({} as Context)
    const words = command.registeredArguments.map((argument) => {
      const word = `${argument.name()}${argument.variadic ? '...' : ''}`
      return argument.required ? `<${word}>` : `[${word}]`
    })
    expect([command.name(), words.join(' '), command.summary()]).toEqual([name, usage, summary])
  }
})

test('tables that are newer than known are worth a warning', async () => {
  const store = createFakeStore([{ workflowId: 'w' }])
  const newer = { ...store, database: { ...store.database, unknownMigration: 140 } }
  const { code, stderr } = await runCli('list -o ids', { store: newer })
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr:
      'warning: the DBOS tables of fake database are newer (migration 140) than this drover knows; update drover when something looks wrong.\n',
  })
})
