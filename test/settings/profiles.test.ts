import { expect, test } from 'vitest'
import { type DatabaseFlags, readSettings } from '../../src/settings/settings.ts'
import { createFakeProjectFiles } from '../support/fake-project-files.ts'

const projectFile = '/home/ada/shop/drover.config.json'
const userFile = '/home/ada/.config/drover/drover.config.json'

interface World {
  readonly env?: Record<string, string>
  readonly project?: object
  readonly user?: object
  readonly yaml?: string
  readonly flags?: DatabaseFlags
  /** Which profile was chosen by `config use`, by file. */
  readonly used?: Readonly<Record<string, string>>
}

async function settingsIn({ env = {}, project, user, yaml, flags = {}, used = {} }: World) {
  const files = {
    [projectFile]: project && JSON.stringify(project),
    [userFile]: user && JSON.stringify(user),
    '/home/ada/shop/dbos-config.yaml': yaml,
  }
  const projectFiles = createFakeProjectFiles({ files })
  for (const [file, name] of Object.entries(used)) await projectFiles.useProfile(file, name)
  const context = { cwd: '/home/ada/shop', env: { HOME: '/home/ada', ...env }, projectFiles }
  return readSettings({ ...context, readFile: async () => undefined }, flags)
}

const urlOf = async (world: World) => (await settingsIn(world)).databaseUrl?.value

const at = (name: string) => `postgres://${name}.example/x`
const project = { databaseUrl: at('file'), profiles: { prod: { databaseUrl: at('prod') } } }
const named = { profiles: { prod: { databaseUrl: at('prod') }, lab: { database: 'lab' } } }

test('the order is --db-url, --profile, DROVER_PROFILE, DROVER_DB_URL, the file, and what was chosen by use', async () => {
  const env = { DROVER_PROFILE: 'prod', DROVER_DB_URL: at('env') }
  const profiles = { ...project.profiles, other: { databaseUrl: at('other') } }
  const world = { env, project: { ...project, profiles }, used: { [projectFile]: 'other' } }
  expect(await urlOf({ ...world, flags: { dbUrl: at('flag') } })).toBe(at('flag'))
  expect(await urlOf({ ...world, flags: { profile: 'other' } })).toBe(at('other'))
  expect(await urlOf(world)).toBe(at('prod'))
  expect(await urlOf({ ...world, env: { DROVER_DB_URL: at('env') } })).toBe(at('env'))
  expect(await urlOf({ ...world, env: {} })).toBe(at('file'))
  const yaml = `system_database_url: ${at('yaml')}`
  const used = { project: { profiles }, used: world.used }
  expect(await urlOf({ ...used, yaml })).toBe(at('yaml'))
  expect(await urlOf(used)).toBe(at('other'))
  expect(await urlOf({ project: { profiles } })).toBeUndefined()
})

test('a profile brings its own schema, application and listener, and none of another database', async () => {
  const world = {
    env: { DROVER_LISTEN_URL: at('listen-env') },
    project: {
      ...{ schema: 'shop', application: 'shop', listenUrl: at('listen') },
      profiles: { prod: { databaseUrl: at('prod') }, lab: { databaseUrl: at('lab'), schema: 'lab' } },
    },
    user: { profiles: { home: { databaseUrl: at('home') } } },
  }
  const facts = async (profile: string) => {
    const { schema, application, listenUrl } = await settingsIn({ ...world, flags: { profile } })
    return [schema.value, application?.value, listenUrl]
  }
  expect(await facts('prod')).toEqual(['shop', 'shop', null])
  expect(await facts('lab')).toEqual(['lab', 'shop', null])
  expect(await facts('home')).toEqual(['dbos', 'shop', null])
})

test('a URL beside a profile is another way to the same database, and keeps its marks', async () => {
  const guarded = { profiles: { prod: { databaseUrl: at('prod'), protected: true, readOnly: true } } }
  const world = { project: guarded, env: { DROVER_PROFILE: 'prod' } }
  const tunnel = await settingsIn({ ...world, flags: { profile: 'prod', dbUrl: at('tunnel') } })
  expect(tunnel).toMatchObject({
    databaseUrl: { value: at('tunnel') },
    profile: { name: 'prod', isTyped: true, isProtected: true, isReadOnly: true },
  })
  const other = await settingsIn({ ...world, flags: { dbUrl: at('mine') } })
  expect(other.profile).toBeNull()
})

test("of two profiles of one name the project's counts, with the marks of both", async () => {
  const user = { profiles: { prod: { databaseUrl: at('mine'), protected: true } } }
  const settings = await settingsIn({ project, user, flags: { profile: 'prod' } })
  expect(settings).toMatchObject({
    databaseUrl: { value: at('prod'), source: `profile prod in ${projectFile}` },
    profile: { isProtected: true, isReadOnly: false },
  })
})

test('a variable that nothing needs does not have to be set', async () => {
  const unset = { databaseUrl: '${SHOP_URL}', profiles: { prod: { databaseUrl: '${PROD_URL}' } } }
  const yaml = 'system_database_url: ${YAML_URL}'
  expect(
    await urlOf({ project: unset, yaml, env: { PROD_URL: at('prod') }, flags: { profile: 'prod' } }),
  ).toBe(at('prod'))
  expect(await urlOf({ project: unset, yaml, flags: { dbUrl: at('flag') } })).toBe(at('flag'))
  await expect(settingsIn({ project: unset, flags: { profile: 'prod' } })).rejects.toThrow(
    'uses ${PROD_URL}, which is not set',
  )
})

test.each([
  ['postgres://ada:secret@db.example/x', true],
  ['postgres://ada@db.example/x?password=secret', true],
  ['${URL:-postgres://ada:secret@db.example/x}', true],
  ['postgres://ada:${PASSWORD:-secret}@db.example/x', true],
  ['postgres://ada:${PASSWORD}@db.example/x', false],
  ['postgres://ada@db.example/x', false],
  ['${URL}', false],
])("in a project's profile %s holds a password: %s", async (databaseUrl, isRefused) => {
  const world = {
    project: { profiles: { prod: { databaseUrl } } },
    env: { URL: at('x'), PASSWORD: 'p' },
    flags: { profile: 'prod' },
  }
  const outcome = await settingsIn(world).catch((error: Error) => error.message)
  if (isRefused) expect(outcome).toMatch('"profiles.prod.databaseUrl" holds a password')
  else expect(outcome).toHaveProperty('databaseUrl')
  const own = { ...world, project: {}, user: world.project }
  expect(await settingsIn(own)).toHaveProperty('databaseUrl')
})

test.each<readonly [World, RegExp]>([
  [{ project, flags: { profile: 'prdo' } }, /There is no profile "prdo"/],
  [{ flags: { profile: 'prod' } }, /There is no profile "prod"/],
  [{ project, flags: { profile: '' } }, /--profile is empty/],
  [{ project: { profiles: { 'a b': {} } } }, /must be named by letters, digits/],
  [
    { project: { profiles: { prod: { protected: 'yes' } } } },
    /"profiles.prod.protected" must be true or false/,
  ],
  [{ project: { profiles: { prod: { url: 'x' } } } }, /"url" is not a setting/],
  [{ project: { profiles: { prod: {} } }, flags: { profile: 'prod' } }, /names no database/],
  [{ user: { databaseUrl: at('x') }, flags: { profile: 'prod' } }, /"databaseUrl" is not a setting/],
  [{ project: named, used: { [projectFile]: 'gone' } }, /is not in .* any more/],
  [
    {
      project: { profiles: { prod: { databaseUrl: at('prod'), protected: true } } },
      used: { [projectFile]: 'prod' },
    },
    /is protected by now/,
  ],
])('a profile that cannot be meant is refused: %j', async (world, message) => {
  await expect(settingsIn(world)).rejects.toMatchObject({
    message: expect.stringMatching(message),
    hint: /./,
  })
})

test('what the user chose everywhere gives way to what was chosen for this project', async () => {
  const user = { profiles: { home: { databaseUrl: at('home') } } }
  const used = { [userFile]: 'home', [projectFile]: 'lab' }
  expect((await settingsIn({ project: named, user, used })).profile?.name).toBe('lab')
  expect((await settingsIn({ project: named, user, used: { [userFile]: 'home' } })).profile?.name).toBe(
    'home',
  )
})

test('a secret goes to no host that only the profile of a project names', async () => {
  const profiles = { prod: { databaseUrl: 'postgres://ada:${TOKEN}@evil.example/x' } }
  const world = { env: { TOKEN: 't' }, flags: { profile: 'prod' } }
  const { fileHosts } = await settingsIn({ ...world, project: { profiles } })
  expect(fileHosts).toMatchObject([{ host: 'evil.example:5432', carried: ['${TOKEN}'] }])
  expect((await settingsIn({ ...world, user: { profiles } })).fileHosts).toEqual([])
})
