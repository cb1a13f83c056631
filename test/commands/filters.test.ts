import { expect, test } from 'vitest'
import type { App } from '../../src/core/run/runtime.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'

const minute = (number: number) => new Date(Date.UTC(2026, 0, 2, 3, number))
const ask = [
  { event: 'awaiting:legal', value: { prompt: 'Ship it?' } },
  { recv: 'legal', timeoutSeconds: 99_999 },
]

const shop = () =>
  createFakeStore([
    { workflowId: 'a', name: 'place', className: 'Orders', createdAt: minute(1), did: ask, user: 'ada' },
    { workflowId: 'b', name: 'place', className: 'Returns', createdAt: minute(2), queue: 'slow', did: ask },
    { workflowId: 'c', name: 'mail', createdAt: minute(3), version: 'v2', executorId: 'pod-1', did: ask },
    { workflowId: 'd', name: 'Orders.place', createdAt: minute(4), status: 'ERROR', parentId: 'a' },
    { workflowId: 'e', name: 'bill', createdAt: minute(5), attributes: { region: 'eu' }, queue: 'mails' },
  ])

const idsOf = async (line: string) =>
  (await runCli(line, { store: shop() })).stdout.trim().split('\n').sort().join(' ')

test.each([
  ['--name mail --name bill', 'c e'],
  ['--name mail --name nobody', 'c'],
  ['--status ERROR --status SUCCESS', 'd'],
  ['--queue slow --queue mails', 'b e'],
  ['--app-version v2 --app-version v3', 'c'],
  ['--executor pod-1 --executor pod-2', 'c'],
  ['--application example --application other', 'a b c d e'],
  ['--parent a --parent b', 'd'],
  ['--user ada --user bob', 'a'],
  ['--attr region=eu --attr region=us', 'e'],
  ['--attr region=eu --attr tenant=1', ''],
  ['--name place --queue slow', 'b'],
  ['--name Orders.place', 'a d'],
  ['--name Returns.place --name mail', 'b c'],
  ['--name .place', ''],
  ['--has-parent', 'd'],
  ['--roots --status active', 'a b c e'],
  ['--id-prefix a --id-prefix b', 'a b'],
  ['--is-fork', ''],
  ['--dequeued-since 2026-01-02T03:04:00Z', 'd e'],
  ['--longer-than 1h --since 2026-01-02T03:04:30Z', 'e'],
  ['--ended-since 2026-01-01 --ended-until 2026-01-03', 'd'],
])('a repeated filter means any of its values, and Class.name is a name: list %s', async (options, ids) => {
  expect(await idsOf(`list -o ids ${options}`)).toBe(ids)
})

test.each([
  ['cancel --name mail --name bill --yes', 'c e'],
  ['cancel --name Returns.place --yes', 'b'],
  ['fork --name Orders.place --name mail --status ERROR --status PENDING --from 0 --dry-run', 'a c d'],
  ['inbox --name Orders.place --name mail --no-pick', 'a#1 c#1'],
  ['inbox --topic legal --topic money --no-pick', 'a#1 b#1 c#1'],
])('so it does for whoever changes many, and for the inbox: %s', async (line, ids) => {
  expect(await idsOf(`${line} -o ids`)).toBe(ids)
})

test('approve --all takes several names', async () => {
  const store = shop()
  const { code } = await runCli('approve --all --yes --name Orders.place --name mail', { store })
  expect(code).toBe(0)
  expect(store.decided.map(({ wait }) => wait.workflowId)).toEqual(['a', 'c'])
})

test.each([
  'cancel --name mail c',
  'cancel --status PENDING c',
  'cancel --queue slow b',
  'delete --attr region=eu e --yes',
])('no filter swallows an id that comes after its value: %s', async (line) => {
  const store = shop()
  expect(await runCli(line, { store })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Ids and filters cannot be combined.'),
  })
  expect(store.managed).toEqual([])
})

test('how long it took is asked with a time range, and of roots and children one', async () => {
  const alone = await runCli('list --longer-than 5m', { store: shop() })
  expect(alone).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('hint: drover list --longer-than 5m --since 7d'),
  })
  expect((await runCli('list --roots --has-parent', { store: shop() })).code).toBe(2)
})

test('a second value without its option is refused, and the hint says how it is written', async () => {
  const { code, stderr } = await runCli('list --status ERROR SUCCESS', { store: shop() })
  expect(code).toBe(2)
  expect(stderr).toContain(
    'hint: an option takes one value, and may be repeated: --status ERROR --status SUCCESS',
  )
})

test('what narrows an empty list is told whole', async () => {
  const line = 'list --name x --name y --status ERROR --attr a=1 --attr a=2'
  expect((await runCli(line, { store: shop() })).stderr).toBe(
    'No workflow in fake database: name x or y, status ERROR, attribute a=1 or attribute a=2.\n',
  )
})

test('start takes Class.name as it is printed, and the queue on which that class ran', async () => {
  const store = shop()
  expect((await runCli('start Returns.place 7', { store })).code).toBe(0)
  expect((await runCli('start place 7 --class Returns', { store })).code).toBe(0)
  // A name with a dot of its own wins.
  expect((await runCli('start Orders.place', { store })).code).toBe(0)
  expect((await runCli('start Never.ran --application example', { store })).code).toBe(0)
  expect(store.started).toMatchObject([
    { name: 'place', className: 'Returns', queue: 'slow', args: [7] },
    { name: 'place', className: 'Returns', queue: 'slow', args: [7] },
    { name: 'Orders.place', className: undefined },
    { name: 'Never.ran', className: undefined },
  ])
})

test('start --id on an active workflow of that class attaches, however the name is written', async () => {
  const store = createFakeStore([
    { workflowId: 'r', name: 'place', className: 'Returns', input: [7], queue: 'slow' },
  ])
  expect(await runCli('start Returns.place 7 --id r', { store })).toMatchObject({ code: 0, stdout: 'r\n' })
})

test('run takes Class.name where it names one workflow of the module', async () => {
  const registered = (className: string, name: string) => ({ className, name, instances: [] })
  const app = {
    specifier: './app.js',
    workflows: [registered('Orders', 'place'), registered('Returns', 'place')],
  } as unknown as App
  const store = shop()
  const ambiguous = await runCli('run place --app ./app.js', { store, app })
  expect(ambiguous.stderr).toContain('Several classes have a workflow "place".')
  const unknown = await runCli('run Orders.plac --app ./app.js', { store, app })
  expect(unknown.stderr).toContain('registers no workflow "Orders.plac"')
  const found = await runCli('run Returns.place 1 --app ./app.js --id a', { store, app })
  expect(found.stderr).toContain('The id a is in use')
})

test.each([
  'fork --name Orders.place --from 0 --dry-run',
  'rewind --name Orders.place --from 0 --dry-run',
  'fork --name Orders.place --from 0',
  'fork --name nobody --from 0',
])('a filter without --status says which statuses it takes: %s', async (line) => {
  const { stderr } = await runCli(line, { store: shop() })
  expect(stderr).toContain(
    'Only of status ERROR, CANCELLED, MAX_RECOVERY_ATTEMPTS_EXCEEDED: --status asks for others.\n',
  )
  expect((await runCli(`${line} --status ERROR`, { store: shop() })).stderr).not.toContain('Only of status')
})

test('the help of fork and rewind says so, too', async () => {
  for (const verb of ['fork', 'rewind']) {
    const { stdout } = await runCli(`${verb} --help`)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'without --status takes those that ended ERROR, CANCELLED',
    )
  }
})
