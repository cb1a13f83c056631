import { expect, test } from 'vitest'
import { type DatabaseFlags, readSettings } from '../../src/settings/settings.ts'
import { createFakeProjectFiles } from '../support/fake-project-files.ts'

interface World {
  readonly env?: Record<string, string>
  readonly files?: Record<string, string>
  readonly flags?: DatabaseFlags
}

const settingsIn = ({ env = {}, files = {}, flags = {} }: World) =>
  readSettings(
    {
      cwd: '/home/ada/shop',
      env,
      readFile: async (path) => files[path],
      projectFiles: createFakeProjectFiles({ files }),
    },
    flags,
  )

/** Ten lines of nine aliases each: nine to the tenth texts. */
const aliasBomb = [...'abcdefghij']
  .map((key, index, keys) => `${key}: &${key} [${Array(9).fill(index === 0 ? 'x' : `*${keys[index - 1]}`)}]`)
  .join('\n')

const droverConfig = '/home/ada/shop/drover.config.json'
const dbosConfig = '/home/ada/shop/dbos-config.yaml'

test('with nothing set it is the embedded database', async () => {
  expect(await settingsIn({})).toMatchObject({
    databaseUrl: null,
    database: { value: 'drover', source: 'default' },
    schema: { value: 'dbos', source: 'default' },
    connectTimeoutMs: { value: 5000 },
  })
})

test('the first database that is named wins', async () => {
  const world = {
    flags: { dbUrl: 'postgres://flag/x' },
    env: { DROVER_DB_URL: 'postgres://drover/x', DBOS_SYSTEM_DATABASE_URL: 'postgres://dbos/x' },
    files: {
      [droverConfig]: '{"databaseUrl": "postgres://file/x"}',
      [dbosConfig]: 'system_database_url: postgres://yaml/x',
    },
  }
  const sourceOf = async (part: World) => (await settingsIn(part)).databaseUrl?.source
  const { DROVER_DB_URL: _, ...withoutDrover } = world.env
  expect(await sourceOf(world)).toBe('--db-url')
  expect(await sourceOf({ ...world, flags: {} })).toBe('DROVER_DB_URL')
  expect(await sourceOf({ ...world, flags: {}, env: withoutDrover })).toBe('DBOS_SYSTEM_DATABASE_URL')
  expect(await sourceOf({ files: world.files })).toBe(droverConfig)
  expect(await sourceOf({ files: { [dbosConfig]: world.files[dbosConfig] ?? '' } })).toBe(dbosConfig)
})

test('a database of the embedded server is chosen by whoever is first to name one', async () => {
  const chosen = async (world: World) => {
    const { databaseUrl, database } = await settingsIn(world)
    return databaseUrl ? databaseUrl.source : `${database.value} of ${database.source}`
  }
  const env = { DROVER_DATABASE: 'from-env', DBOS_SYSTEM_DATABASE_URL: 'postgres://dbos/x' }
  const files = {
    [droverConfig]: '{"database": "from-file"}',
    [dbosConfig]: 'system_database_url: postgres://yaml/x',
  }
  expect(await chosen({ flags: { database: 'flag' }, env: { DROVER_DB_URL: 'postgres://x/y' } })).toBe(
    'flag of --database',
  )
  expect(await chosen({ flags: { dbUrl: 'postgres://flag/x' }, env })).toBe('--db-url')
  expect(await chosen({ env, files })).toBe('from-env of DROVER_DATABASE')
  expect(await chosen({ files })).toBe(`from-file of ${droverConfig}`)
  const both = { [droverConfig]: '{"databaseUrl": "postgres://file/x", "database": "from-file"}' }
  expect(await chosen({ files: both })).toBe(droverConfig)
  expect((await settingsIn({ files: both })).database.value).toBe('from-file')
})

test.each([
  [
    { flags: { dbUrl: 'postgres://flag/x', database: 'shop' } },
    '--db-url and --database name two different databases.',
  ],
  [
    { env: { DROVER_DB_URL: 'postgres://env/x', DROVER_DATABASE: 'shop' } },
    'DROVER_DB_URL and DROVER_DATABASE name two different databases.',
  ],
  [{ flags: { database: '' } }, 'A setting from --database is empty.'],
  [{ flags: { database: 'postgres' } }, 'the name is reserved'],
  [{ flags: { database: 'é'.repeat(32) } }, 'longer than 63 bytes'],
  [{ flags: { database: 'a\nb' } }, 'control characters'],
] as readonly (readonly [World, string])[])(
  'a database of the embedded server that cannot be meant is refused: %j',
  async (world, message) => {
    await expect(settingsIn(world)).rejects.toThrow(message)
  },
)

test.each([
  'database:\n  hostname: db.example\n  username: ada',
  'database_url: postgres://ada@db.example/shop',
])('a dbos-config.yaml of an older DBOS is told, and not half used: %j', async (yaml) => {
  await expect(settingsIn({ files: { [dbosConfig]: `name: shop\n${yaml}` } })).rejects.toMatchObject({
    code: 'invalid-configuration',
    message: expect.stringMatching(/names its database under "database(_url)?", as DBOS did before/),
    hint: expect.stringContaining('system_database_url: postgres://'),
  })
  const both = `${yaml}\nsystem_database_url: postgres://localhost/shop_dbos_sys`
  expect((await settingsIn({ files: { [dbosConfig]: both } })).databaseUrl?.source).toBe(dbosConfig)
})

test('files are found above the current directory too, and the app is relative to its file', async () => {
  const settings = await settingsIn({ files: { '/home/ada/drover.config.json': '{"app": "./src/app.ts"}' } })
  expect(settings.app).toEqual({ value: '/home/ada/src/app.ts', source: '/home/ada/drover.config.json' })
})

test('the environment is put into a URL', async () => {
  const yaml = 'name: shop\nsystem_database_url: postgres://ada:${PGPASSWORD}@${HOST:-localhost}/shop'
  const settings = await settingsIn({ files: { [dbosConfig]: yaml }, env: { PGPASSWORD: 's3cret' } })
  expect(settings.databaseUrl?.value).toBe('postgres://ada:s3cret@localhost/shop')
  expect(settings.application).toEqual({ value: 'shop', source: dbosConfig })
})

test.each([
  [
    'a variable that is not set',
    { [dbosConfig]: 'system_database_url: ${NOPE}' },
    'uses ${NOPE}, which is not set',
  ],
  ['YAML that is none', { [dbosConfig]: 'a: [' }, 'is not YAML'],
  ['YAML that grows without end', { [dbosConfig]: aliasBomb }, 'holds aliases that cannot be resolved'],
  ['an unknown key', { [droverConfig]: '{"databseUrl": "x"}' }, 'did you mean "databaseUrl"?'],
  ['a wrong type', { [droverConfig]: '{"schema": 1}' }, '"schema" must be a string'],
  ['a list', { [droverConfig]: '[]' }, 'must hold one JSON object'],
  ['an unknown profile key', { [droverConfig]: '{"workflows":{"a":{"tpic":1}}}' }, 'did you mean "topic"?'],
])('%s in a file is refused with its place', async (_, files, message) => {
  await expect(settingsIn({ files: files as unknown as Record<string, string> })).rejects.toThrow(message)
})

test('what is wrong in a file is told by its place, never by its text', async () => {
  const secret = 'postgres://u:topsecret@h/d'
  const messageOf = (files: Record<string, string>) =>
    settingsIn({ files }).then(
      () => '',
      (error: Error) => `${error.message} ${error.cause ?? ''}`,
    )
  const yaml = await messageOf({ [dbosConfig]: `name: x\nsystem_database_url: "${secret}\n` })
  expect(yaml).toMatch(/is not YAML at line \d+, column \d+\./)
  const json = await messageOf({ [droverConfig]: `{"databaseUrl": ${secret}}` })
  expect(json).toContain('it is not JSON')
  expect(yaml + json).not.toContain('postgres:')
})

test('an empty setting never means another database', async () => {
  await expect(settingsIn({ flags: { dbUrl: '' } })).rejects.toThrow('A setting from --db-url is empty.')
  await expect(settingsIn({ files: { [droverConfig]: '{"databaseUrl": ""}' } })).rejects.toThrow('is empty')
  await expect(settingsIn({ files: { [dbosConfig]: 'system_database_url: [1]' } })).rejects.toThrow(
    '"system_database_url" must be a string',
  )
  expect((await settingsIn({ env: { DROVER_DB_URL: '' } })).databaseUrl).toBeNull()
})

test('profiles say how an application wants to be answered', async () => {
  const files = { [droverConfig]: '{"workflows":{"order":{"topic":"t","approve":"yes","reject":"no"}}}' }
  expect((await settingsIn({ files })).workflows).toEqual({
    order: { topic: 't', approve: 'yes', reject: 'no' },
  })
})

test('a workflow that waits in several places has a profile for each topic or step', async () => {
  const order = [
    { topic: 'decision' },
    { topic: 'payment', step: 2, approve: 'paid' },
    { step: 0, reject: 1 },
  ]
  const files = { [droverConfig]: JSON.stringify({ workflows: { order } }) }
  expect((await settingsIn({ files })).workflows).toEqual({ order })
})

test.each([
  ['"paid"', '"workflows.order" must be an object, or an array of objects.'],
  ['["paid"]', '"workflows.order[0]" must be an object, or an array of objects.'],
  ['[{}, { "topic": "" }]', '"workflows.order[1].topic" must be a string, or null for none.'],
  ['{ "step": -1 }', '"workflows.order.step" must be a whole number of zero or more.'],
  ['[{ "step": "2" }]', '"workflows.order[0].step" must be a whole number of zero or more.'],
  ['[{ "steps": 2 }]', '"steps" is not a setting; did you mean "step"?'],
  [
    '[{ "topic": "a" }, { "approve": 1, "topic": "a" }]',
    '"workflows.order[1]" is for the same topic and step as [0].',
  ],
])('a profile of %s is refused with the place that is wrong', async (profile, message) => {
  const files = { [droverConfig]: `{ "workflows": { "order": ${profile} } }` }
  await expect(settingsIn({ files })).rejects.toThrow(message)
})
