import { expect, test } from 'vitest'
import { describedCommands } from '../../src/http/v1/output-schemas.ts'
import { createExampleStore } from '../support/example-store.ts'
import { mismatches } from '../support/matches-schema.ts'
import { runCli } from '../support/run-cli.ts'

const lines: Readonly<Record<(typeof describedCommands)[number], readonly string[]>> = {
  list: ['list --children', 'list --status failed'],
  get: ['get done', 'get asking', 'get failed', 'get queued'],
  steps: ['steps done'],
  messages: ['messages answered'],
  inbox: ['inbox'],
  wait: ['wait done', 'wait asking --for message'],
  workers: ['workers'],
  queues: ['queues'],
  schedules: ['schedules'],
  versions: ['versions'],
  stats: ['stats', 'stats --since 10000d'],
  help: ['help', 'help queues', 'help list'],
}

test.each(describedCommands)('what %s prints with -o json is what its schema says', async (name) => {
  const { code, stdout } = await runCli(`help schema ${name}`)
  expect(code).toBe(0)
  const schema = JSON.parse(stdout)
  expect(schema).toMatchObject({
    $schema: expect.stringContaining('json-schema.org'),
    title: `drover ${name} -o json`,
  })
  for (const line of lines[name]) {
    const run = await runCli(`${line} -o json`, { store: createExampleStore() })
    expect(run.code).toBe(0)
    const printed = JSON.parse(run.stdout)
    expect(Object.keys(printed).length).toBeGreaterThan(0)
    expect({ line, wrong: mismatches(schema, printed) }).toEqual({ line, wrong: [] })
  }
})

test('a shape that is another one is noticed', async () => {
  const schema = JSON.parse((await runCli('help schema list')).stdout)
  const [row] = JSON.parse((await runCli('list -o json', { store: createExampleStore() })).stdout)
  expect(mismatches(schema, [{ ...row, recoveryAttempts: '1' }])).toEqual([
    '$[0].recoveryAttempts is string, not number',
  ])
  const { queue: _, ...less } = row
  expect(mismatches(schema, [{ ...less, more: 1 }])).toEqual([
    '$[0].queue is missing',
    '$[0].more is not described',
  ])
})

test('help schema says of which commands there is one', async () => {
  expect((await runCli('help schema')).stdout).toContain(describedCommands.join(', '))
  expect(await runCli('help schema lst')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('hint: drover help schema list'),
  })
})
