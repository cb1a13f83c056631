import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { findLines, readBlock, readLines, repository } from '../support/documented-lines.ts'
import { type DroverProcess, startDrover, untilReady, writeDroverScript } from '../support/drover-process.ts'
import { patience } from '../support/patience.ts'
import { openTerminals } from '../support/terminals.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

/** Lines that are not run here, and why. */
const notRun: Readonly<Record<string, string>> = {
  'npm ci && npm run demo': 'needs the registry; the demo is run by e2e/demo.test.ts',
  'npm ci && npm test': 'needs the registry, and is what runs this',
  'npm ci && npm run build': 'needs the registry; what it builds is what runs here',
  'npm ci && npm pack': 'needs the registry; documented/package.test.ts packs it',
  'npm ci && npm run build:exe': 'needs the registry; .ci/executable builds and tries it',
  'tar -xzf dist/executable/drover-0.1.0-linux-x64.tar.gz': '.ci/executable',
  './drover-0.1.0-linux-x64/drover list --db-url postgres://user@db.example/shop_dbos_sys': '.ci/executable',
  'npm install -g drover': 'the registry; .ci/package installs what is packed',
  'npm install -g --omit=optional drover': 'the registry; documented/package.test.ts installs it',
  'npm install drover': 'the registry; .ci/package installs what is packed',
  'npm uninstall -g drover': 'for the whole machine',
  'npx drover worker --app ./src/workflows.ts': 'npx asks the registry; the same without it is in the README',
  'drover demo': 'an embedded Postgres of its own: e2e/demo.test.ts',
  'drover db reset --all': 'an embedded Postgres of its own: local/local-database.test.ts',
  'npm link': 'installs for the whole machine',
  'npm run build': 'what is installed here is built already; documented/package.test.ts builds it',
  'npm install ../drover': 'a clone beside it, and the registry; documented/package.test.ts installs it',
  'npm run bench': 'takes many minutes',
  'npm run bench local': 'takes many minutes',
  'export DROVER_DB_URL=postgres://user@db.example:5432/shop_dbos_sys':
    'a host of somebody else; it is set to the test database',
  'drover <command> --help': 'a placeholder; cli/run.test.ts has the help of each command',
  'drover start … | drover watch -': 'a placeholder',
  'drover cancel order-4711 --children': 'ends the order that other lines are about',
  'drover diff LEFT RIGHT': 'a placeholder',
  'drover db start': 'an embedded Postgres of its own: local/pin.test.ts',
  'drover db url': 'an embedded Postgres of its own: local/pin.test.ts',
  'drover db upgrade': 'an embedded Postgres of its own: versions/embedded-upgrade.test.ts',
  'drover serve --notify https://chat.example/hook':
    'goes on for ever; http/notify.test.ts has what it sends',
  'drover inbox --watch --exec \'notify-send "$(cat)"\'': 'goes on for ever, and has no desktop here',
  'drover import order.jsonl --local': 'an embedded Postgres of its own: db/transfer/transfer.test.ts',
  'drover top': 'takes the whole screen; e2e/top.test.ts',
  'drover inbox --links --as ada': 'needs a gateway that is reached; http/notify.test.ts',
  'drover messages': 'the name of a command',
  'drover serve': 'the name of a command',
  'drover serve --app drover:demo': 'goes on for ever; e2e/serve.test.ts has its routes',
  'drover mcp': 'goes on as long as its client; e2e/mcp.test.ts',
  'drover run': 'the name of a command',
  'drover start': 'the name of a command',
  'drover send': 'the name of a command',
  'drover wait --for': 'the name of an option',
  'drover test': 'the name of a command',
  'drover test FILE…': 'a placeholder',
  'drover test smoke.yaml': 'a file of its reader; e2e/smoke-cases.test.ts has what it prints',
  'drover test examples/tests/*.yaml --app drover:demo':
    'the files are elsewhere; documented/examples.test.ts',
  'drover watch': 'the name of a command',
  'drover worker': 'the name of a command',
}

const documents = [
  'README.md',
  'docs/install.md',
  'docs/commands.md',
  'docs/databases.md',
  'docs/many-workflows.md',
  'docs/scripts.md',
  'docs/testing.md',
  'docs/library.md',
  'docs/choosing.md',
  'docs/figures.md',
  'docs/approvals.md',
  'docs/production.md',
  'docs/output.md',
  'docs/exit-codes.md',
  'docs/gateway.md',
  'docs/agents.md',
  'SKILL.md',
]

let database: TestDatabase
let store: Store
let home: string
let env: Record<string, string>
let worker: DroverProcess
const begunLines = new Set<string>()

/** What the documents speak of: `checkout`, an order that streams and waits for its payment, and who asks for a refund. */
const shop = (ask: string) => `import { DBOS } from '@dbos-inc/dbos-sdk'
import { requestDecision } from 'drover'
const pay = async () => {}
const named = (name, workflow) => DBOS.registerWorkflow(workflow, { name })
named('checkout', async ({ items }) => {
  await DBOS.runStep(async () => {
    if (items === 0) throw new Error('nothing to pay')
  }, { name: 'charge' })
  return { status: 'paid' }
})
named('order', async () => {
  await DBOS.setEvent('progress', 50)
  await DBOS.writeStream('tokens', 'all')
  await DBOS.closeStream('tokens')
  return await DBOS.recv('payment', 3600)
})
named('payment', () => requestDecision({ prompt: 'Pay?', topic: 'payment', timeoutSeconds: 3600 }))
named('refund', async () => {
  ${ask}
  return decision.outcome
})
`

beforeAll(async () => {
  database = await createTestDatabase()
  home = await createHome()
  for (const folder of ['bin', 'src', 'dist', 'node_modules']) await mkdir(path.join(home, folder))
  await symlink(path.join(repository, 'node_modules/@dbos-inc'), path.join(home, 'node_modules/@dbos-inc'))
  await symlink(repository, path.join(home, 'node_modules/drover'))
  await writeFile(path.join(home, 'package.json'), '{"name": "shop", "type": "module"}')
  const ask = readBlock('README.md', 'Approvals', 'ts').replace(/^import .*\n/m, '')
  for (const file of ['src/workflows.ts', 'dist/workflows.js'])
    await writeFile(path.join(home, file), shop(ask))
  const profiles = {
    staging: { databaseUrl: '${DROVER_DB_URL}' },
    look: { databaseUrl: '${DROVER_DB_URL}', readOnly: true },
  }
  await writeFile(path.join(home, 'drover.config.json'), JSON.stringify({ profiles }))
  await writeDroverScript(path.join(home, 'bin'))
  env = {
    PATH: `${path.join(home, 'bin')}:${path.dirname(process.execPath)}:${process.env.PATH}`,
    HOME: home,
    USER: 'ada',
    DROVER_HOME: home,
    DROVER_DB_URL: database.target.url,
    CI_JOB: '7',
  }
  for (const role of ['clerk', 'ROLE']) await database.query(createRole(role))
  store = await openStore(database.target)
  await store.createQueue('mails', 'shop', {
    concurrency: null,
    workerConcurrency: null,
    rateLimit: null,
    pollMs: 100,
  })
  worker = startDrover(['worker', '--app', './dist/workflows.js'], {
    home,
    env: { DROVER_DB_URL: database.target.url },
  })
  await untilReady(worker)
  const start = (name: string, workflowId: string, args: readonly { items: number }[] = []) =>
    store.start({ name, workflowId, args, queue: 'drover', application: 'shop', version: 'shop@dev' })
  for (const name of ['payment', 'refund']) for (const one of [1, 2]) await start(name, `${name}-${one}`)
  await start('order', 'order-4711')
  await start('checkout', 'empty', [{ items: 0 }])
  const waiting = ['payment-1', 'payment-2', 'refund-1', 'refund-2', 'order-4711']
  await waitUntil('the world is prepared', async () => {
    const waits = await store.waits(waiting)
    return waits.length === waiting.length && (await store.get('empty'))?.status === 'ERROR'
  })
}, patience())

afterAll(async () => {
  worker?.process.kill('SIGTERM')
  await worker?.ended
  await store?.close()
  await database.query('drop owned by clerk, "ROLE"')
  await database.drop()
  await removeHome(home)
}, patience())

/** Roles belong to the whole server, and another test may have a clerk. */
function createRole(name: string): string {
  return `do $$ begin create role "${name}"; exception when duplicate_object or unique_violation then null; end $$`
}

interface Place {
  readonly cwd: string
  readonly url: string
}

const inShop = (): Place => ({ cwd: home, url: database.target.url })
const terminalsIn = ({ cwd, url }: Place) => openTerminals({ cwd, env: { ...env, DROVER_DB_URL: url } })

/** What is wrong with each line. */
async function complaintsOf(lines: readonly string[], place: Place): Promise<string[]> {
  const terminals = terminalsIn(place)
  onTestFinished(() => void terminals.close())
  const complaints: (string | undefined)[] = []
  for (const line of lines) {
    begunLines.add(line)
    if (!(line in notRun)) complaints.push(await terminals.type(line))
  }
  complaints.push(await terminals.type('drover approve --all --yes --as ada'))
  await terminals.settle(/drover(\.js)? (run|watch)\b/)
  return [...complaints, ...(await terminals.close())].filter((complaint) => complaint !== undefined)
}

test(
  'the workflow at the top of the README is approved by the block of docs/library.md, which then ends',
  async () => {
    const [first = ''] = readLines('README.md')
    expect(first).toContain('--id order-17')
    const terminals = terminalsIn(inShop())
    expect(await terminals.type(first)).toBeUndefined()
    await writeFile(path.join(home, 'library.mjs'), readBlock('docs/library.md', 'As a library', 'ts'))
    expect(await terminals.type('node library.mjs')).toBeUndefined()
    await terminals.settle(/order-17/)
    expect(await terminals.close()).toEqual([])
    expect((await store.get('order-17'))?.output).toMatchObject({ decision: 'approved', by: 'ada' })
  },
  patience(180_000),
)

test.each(documents)(
  'every line of %s does what it says',
  async (file) => {
    const lines = readLines(file).filter((line) => !/\border-17\b/.test(line))
    expect(await complaintsOf(lines, inShop())).toEqual([])
  },
  patience(240_000),
)

test(
  'every line of examples/README.md does, in a clone and on a database of its own',
  async () => {
    const clone = await createTestDatabase()
    onTestFinished(() => clone.drop())
    const place = { cwd: repository, url: clone.target.url }
    expect(await complaintsOf(readLines('examples/README.md'), place)).toEqual([])
  },
  patience(240_000),
)

test('the lines that are not run are lines of a document', () => {
  expect(Object.keys(notRun).filter((line) => !begunLines.has(line))).toEqual([])
})

test(
  'a line that is broken on purpose is noticed, whatever is broken in it',
  async () => {
    const broken = [
      'drover lst',
      'drover get a1 --everything',
      'drover list | drovr get -',
      'drover get nobody',
    ]
    const text = ['```sh', ...broken, '```', 'And `drover audit --actr ada` too.'].join('\n')
    const complaints = await complaintsOf(findLines(text), inShop())
    expect(complaints.map((complaint) => complaint.split('\n')[0])).toEqual([
      ...broken,
      'drover audit --actr ada',
    ])
  },
  patience(),
)
