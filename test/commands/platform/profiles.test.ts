import { expect, test } from 'vitest'
import { documentedKeys } from '../../support/documented-keys.ts'
import { createFakeProjectFiles } from '../../support/fake-project-files.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { type RunCliOptions, runCli } from '../../support/run-cli.ts'

const projectFile = '/project/drover.config.json'
const userFile = '/home/ada/.config/drover/drover.config.json'
const files = {
  [projectFile]: JSON.stringify({
    profiles: {
      staging: { databaseUrl: '${STAGING_URL}' },
      prod: { databaseUrl: 'postgres://ada@db.example/shop', protected: true },
    },
  }),
  [userFile]: JSON.stringify({
    profiles: {
      lab: { database: 'lab' },
      look: { databaseUrl: 'postgres://l@db.example/shop', readOnly: true },
    },
  }),
}

/** One home, in which what was chosen is remembered. */
function createDesk(options: RunCliOptions = {}) {
  const projectFiles = createFakeProjectFiles({ files })
  const env = { HOME: '/home/ada', ...options.env }
  return {
    projectFiles,
    run: (line: string | readonly string[], more: RunCliOptions = {}) =>
      runCli(line, { files, projectFiles, ...options, ...more, env: { ...env, ...more.env } }),
  }
}

test('config profiles lists the databases that have a name, what they want, and which one counts', async () => {
  const { run } = createDesk()
  const env = { STAGING_URL: 'postgres://ada:secret@staging.example/shop', DROVER_PROFILE: 'look' }
  const { code, stdout } = await run('config profiles', { env, isTerminal: true, columns: 120 })
  expect(code).toBe(0)
  expect(stdout).not.toContain('secret')
  expect(stdout).toMatchInlineSnapshot(`
    "NAME     DATABASE                   CARE       USED BY         FILE
    staging  staging.example:5432/shop                             /project/drover.config.json
    prod     db.example:5432/shop       protected                  /project/drover.config.json
    lab      embedded database lab                                 /home/ada/.config/drover/drover.config.json
    look     db.example:5432/shop       read-only  DROVER_PROFILE  /home/ada/.config/drover/drover.config.json
    "
  `)
  const [first] = JSON.parse((await run('config profiles -o json')).stdout)
  expect(Object.keys(first)).toEqual(documentedKeys('Profile'))
  expect(first).toMatchObject({
    name: 'staging',
    database: null,
    problem: expect.stringContaining('STAGING_URL'),
  })
  const names = await run(['config', 'profiles', '--query', '[].name'])
  expect(JSON.parse(names.stdout)).toEqual(['staging', 'prod', 'lab', 'look'])
})

test('config use is remembered for where it was written, and gives way to everything that is named', async () => {
  const { run, projectFiles } = createDesk()
  const chosen = async (env: Record<string, string> = {}) =>
    JSON.parse((await run('config -o json', { env })).stdout)[0]
  expect(await run('config use look')).toMatchObject({
    code: 0,
    stderr: 'Using look wherever nothing else names a database.\n',
  })
  expect(await chosen()).toEqual({ setting: 'profile', value: 'look (read-only)', source: 'config use' })
  expect(await chosen({ DROVER_DB_URL: 'postgres://x/y' })).toMatchObject({ value: null, source: 'not set' })
  const env = { STAGING_URL: 'postgres://staging.example/shop' }
  expect(await run('config use staging', { env })).toMatchObject({
    code: 0,
    stderr: 'Using staging in /project and below.\n',
  })
  expect(await chosen(env)).toMatchObject({ value: 'staging' })
  expect(await run('config use staging', { env: { ...env, DROVER_PROFILE: 'lab' } })).toMatchObject({
    stderr: expect.stringContaining('warning: DROVER_PROFILE goes before it'),
  })
  expect(await run('config use --none')).toMatchObject({ code: 0 })
  expect(projectFiles.used.size).toBe(0)
  expect(await chosen()).toMatchObject({ value: null })
})

test.each([
  ['config use prod', 'prod is protected: it is named each time.', 'say it each time: --profile prod'],
  ['config use prdo', 'There is no profile "prdo".', 'did you mean prod?'],
  ['config use', 'Name the profile to use, or say --none.', 'drover config profiles'],
  ['list --profile x', 'There is no profile "x".', 'there are: staging, prod, lab, look'],
])('%s is told what to type', async (line, sentence, hint) => {
  const { code, stderr } = await createDesk().run(line)
  expect(code).toBe(2)
  expect(stderr).toContain(`error: ${sentence}\n`)
  expect(stderr).toContain(`hint: ${hint}`)
})

test('what is printed to be typed next names the profile as this command line did', async () => {
  const store = createFakeStore([])
  const { run } = createDesk({ openStore: async () => store })
  const { code, stderr } = await run('get nothing --profile prod')
  expect(code).toBe(4)
  expect(stderr).toContain('hint: drover list --profile prod')
})

test('the last workflow is remembered for the schema it is in', async () => {
  const store = createFakeStore([{ workflowId: 'w-1', name: 'w' }])
  const asked: string[] = []
  const { run } = createDesk({
    openStore: async ({ schema, label }) => ({ ...store, database: { ...store.database, schema, label } }),
  })
  const started = { remember: async () => {}, last: async (place: string) => void asked.push(place) }
  for (const flags of ['', ' --schema flows', ' --profile prod'])
    await run(`get @last${flags}`, { started, env: { DROVER_DB_URL: 'postgres://h/shop' } })
  expect(asked).toEqual(['h:5432/shop', 'h:5432/shop, schema flows', 'prod (db.example:5432/shop)'])
})
