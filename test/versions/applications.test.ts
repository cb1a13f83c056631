import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ourModules } from '../support/app-folder.ts'
import { type DroverProcess, startDrover, untilReady } from '../support/drover-process.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'
import { type Application, applications, packages, undecoratedNest } from './applications.ts'
import { installPackages } from './sdk-cache.ts'

/** A database that drover did not create. */
let place: Workplace
const children: ChildProcess[] = []

beforeEach(async () => {
  place = await createWorkplace({ own: false })
})

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  await place.remove()
})

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function unpack({ files, packages: own }: Application): Promise<void> {
  const installed = own
    ? await installPackages('prisma-application', own)
    : await installPackages('applications', packages)
  await symlink(path.join(installed, 'node_modules'), path.join(place.home, 'node_modules'))
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(place.home, file)
    await mkdir(path.dirname(target), { recursive: true })
    await writeFile(target, text)
  }
}

const environment = () => ({ ...place.env, SHOP_DATABASE_URL: place.database.target.url })

/** The built binary in the folder of the application. */
function start(...args: readonly string[]): DroverProcess {
  const process = startDrover(args, { home: place.home, env: environment() })
  children.push(process.process)
  return process
}

async function startWorker({ entry }: Application, version: string): Promise<DroverProcess> {
  const worker = start('worker', '--app', entry, '--app-version', version, '--join')
  await untilReady(worker)
  return worker
}

/** As its owner starts it, without drover. */
function startItself({ entry }: Application): void {
  const tsx = pathToFileURL(path.join(ourModules, 'tsx/dist/loader.mjs')).href
  const loader = entry.endsWith('.ts') ? ['--import', tsx] : []
  const { PATH, HOME } = process.env
  const tsconfig = path.join(
    place.home,
    entry.startsWith('apps/') ? 'apps/api/tsconfig.json' : 'tsconfig.json',
  )
  const child = spawn(process.execPath, [...loader, path.join(place.home, entry)], {
    cwd: place.home,
    env: {
      PATH,
      HOME,
      DBOS_SYSTEM_DATABASE_URL: place.database.target.url,
      SHOP_DATABASE_URL: place.database.target.url,
      ...(loader.length > 0 ? { TSX_TSCONFIG_PATH: tsconfig } : {}),
    },
    stdio: 'ignore',
  })
  children.push(child)
}

async function latestVersion(): Promise<string | undefined> {
  const { stdout } = await place.drover('versions', '-o', 'json')
  const versions: { readonly version: string; readonly isLatest: boolean }[] = JSON.parse(stdout || '[]')
  return versions.find(({ isLatest }) => isLatest)?.version
}

async function executorOf(workflowId: string): Promise<string> {
  return (await place.store.get(workflowId))?.executorId ?? ''
}

test.each(applications.map((one) => [one.what, one] as const))('%s', async (_, application) => {
  await unpack(application)
  startItself(application)
  await waitUntil('it has registered its version and its queue', async () => {
    return (await latestVersion()) === '1.0.0' && (await place.store.hasQueue('work'))
  })

  const run = ['run', 'hello', 'bob', '--app', application.entry, '--app-version', '2.0.0', '--join']
  expect(await start(...run).ended).toMatchObject({ code: 0, stdout: '"hello bob"\n' })

  const [two, three] = await Promise.all([
    startWorker(application, '2.0.0'),
    startWorker(application, '3.0.0'),
  ])
  for (const [version, worker] of [
    ['2.0.0', two],
    ['3.0.0', three],
  ] as const) {
    const id = `greets-${version}`
    const strict = ['start', 'hello', 'eve', '--id', id, '--app-version', version, '--strict', '--wait']
    expect(await place.drover(...strict)).toMatchObject({ code: 0, stdout: '"hello eve"\n' })
    expect(worker.stderr()).toContain((await executorOf(id)).slice(0, 'drover-'.length + 4))
  }
  const nobody = ['start', 'hello', 'eve', '--app-version', '4.0.0', '--strict']
  expect(await place.drover(...nobody)).toMatchObject({ code: 9 })

  await place.drover('start', 'order', 'tea', '--id', 'order', '--app-version', '2.0.0', '--strict')
  await place.reached('order', 'message')
  const before = await executorOf('order')
  await kill(two.process)
  await startWorker(application, '2.0.0')
  await waitUntil('the next worker has it', async () => (await executorOf('order')) !== before)
  await place.reached('order', 'message')
  expect(await place.drover('audit', 'init')).toMatchObject({ code: 0 })
  const approve = ['approve', 'order', '--topic', 'decision', '--data', 'yes', '--as', 'ada']
  expect(await place.drover(...approve)).toMatchObject({ code: 0 })
  expect(await place.drover('wait', 'order')).toMatchObject({ code: 0, stdout: '"tea for 3: yes"\n' })
  const steps = await place.store.steps('order')
  expect(steps.filter(({ name }) => name === 'price')).toHaveLength(1)

  const client = await DBOSClient.create({ systemDatabaseUrl: place.database.target.url })
  const { name, className, configName } = (await place.store.get('greets-2.0.0')) ?? { name: 'hello' }
  const ids = Array.from({ length: 20 }, (_each, index) => `enqueued-${index}`)
  for (const workflowID of ids) {
    await client.enqueue(
      {
        workflowName: name,
        workflowClassName: className ?? undefined,
        workflowConfigName: configName ?? undefined,
        queueName: 'work',
        workflowID,
      },
      'ada',
    )
  }
  await client.destroy()
  for (const id of ids) {
    expect(await place.drover('wait', id)).toMatchObject({ code: 0, stdout: '"hello ada"\n' })
    expect(await place.store.get(id)).toMatchObject({ executorId: 'local', version: '1.0.0' })
  }
  expect(await latestVersion()).toBe('1.0.0')
})

test(`${undecoratedNest.what}, is told that they are missing, and to name the build`, async () => {
  await unpack(undecoratedNest)
  const { code, stderr } = await start('run', 'hello', 'bob', '--app', undecoratedNest.entry).ended
  expect(code).not.toBe(0)
  expect(stderr).toContain('emitDecoratorMetadata')
  expect(stderr).toContain('then --app names what was built, such as dist/main.js')
})
