import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { displayWidth } from '../../src/render/text.ts'
import { createFakeStore, type FakeStore } from '../support/fake-store.ts'
import type { FakeTerminal } from '../support/fake-terminal.ts'
import { fakeEpoch } from '../support/fake-workflow.ts'
import { hostileMix } from '../support/hostile-texts.ts'
import { runCli } from '../support/run-cli.ts'
import { showStyles } from '../support/show-styles.ts'

const sizes = [
  [120, 40],
  [80, 24],
  [40, 15],
] as const

const at = (minutesAgo: number) => new Date(fakeEpoch.getTime() - minutesAgo * 60_000)

/** Failures of three kinds, what a dead executor left, and what waits for a version that nobody runs. */
function createShop(): FakeStore {
  const failed = (number: number, message: string, name = 'resizeOne') => ({
    ...{ workflowId: `resize-2-${number}`, name, status: 'ERROR' as const, executorId: 'web-1' },
    ...{ createdAt: at(10 + number), completedAt: at(9), error: { name: 'Error', message } },
  })
  return createFakeStore(
    [
      ...[0, 1, 2, 3].map((number) => failed(number, `image ${number} is corrupt: bad JPEG marker 0xff`)),
      failed(4, '画像が壊れています。山田太郎さんに連絡してください', '画像縮小'),
      failed(5, hostileMix, `${hostileMix}name`),
      { workflowId: 'ord-1', name: 'checkout', executorId: 'web-2', createdAt: at(2), version: '1.4.2' },
      { workflowId: '注文-2', name: 'checkout', executorId: 'web-2', createdAt: at(3), version: '1.4.2' },
      {
        ...{ workflowId: `evil${hostileMix}`, name: 'checkout', executorId: 'web-2' },
        ...{ createdAt: at(4), version: '1.4.2' },
      },
      {
        ...{ workflowId: '5f0c2f3e-1111-4222-8333-0123456789ab', name: 'checkout', version: '1.3.0' },
        ...{ executorId: 'web-2', createdAt: at(5) },
      },
      {
        ...{ workflowId: 'oldver-1', name: 'checkout', status: 'ENQUEUED', queue: 'jobs' },
        ...{ createdAt: at(6), version: '1.3.0', executorId: null },
      },
    ],
    {
      queues: ['jobs'],
      now: () => fakeEpoch,
      gone: ['web-2'],
      executors: [
        {
          ...{ executorId: 'web-1', application: 'example', version: '1.4.2', versionStart: '1.4.2' },
          ...{ since: at(60), heardAt: at(0), recognisedBy: 'name', address: null },
          ...{ candidateVersions: null, registration: null },
        },
      ],
    },
  )
}

/** By what stands in the name of its file: what is typed, and what is answered. */
const typed: Readonly<Record<string, { readonly line: string; readonly answers?: readonly boolean[] }>> = {
  'count-by-error': { line: 'list --status failed --count-by error' },
  'bulk-dry-run': { line: 'cancel --name checkout --dry-run' },
  'bulk-asks': { line: 'cancel --name checkout', answers: [false] },
  'bulk-done': { line: 'cancel --name checkout', answers: [true] },
  'bulk-some': { line: 'cancel ord-1 resize-2-0 nobody' },
  'recover-dry-run': { line: 'recover --dry-run' },
  'recover-done': { line: 'recover' },
  'recover-to-version': { line: 'recover --to-version 1.4.2', answers: [false] },
  'explain-executor-gone': { line: 'explain ord-1' },
  'explain-version-gone': { line: 'explain oldver-1' },
  doctor: { line: 'doctor' },
  workers: { line: 'workers' },
}

async function screenOf(name: string, columns: number, rows: number, colorLevel: 0 | 1): Promise<string[]> {
  const { line = '', answers = [] } = typed[name] ?? {}
  let terminal: FakeTerminal | undefined
  await runCli(line, {
    ...{ store: createShop(), now: fakeEpoch, slept: [], isTerminal: true },
    ...{ columns, rows, colorLevel, answers },
    onTerminal: (fake) => {
      terminal = fake
    },
  })
  return (terminal?.transcript() ?? '').split('\n').map((text) => text.trimEnd())
}

test.each(Object.keys(typed))('%s, as it stands on each screen', async (name) => {
  const frames: string[] = []
  for (const [columns, rows] of sizes) {
    const plain = await screenOf(name, columns, rows, 0)
    const coloured = await screenOf(name, columns, rows, 1)
    expect(coloured.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(plain)
    expect(plain.join('')).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]|\u034f/u)
    frames.push(
      [`── ${columns}×${rows} ──`, ...plain].join('\n'),
      [`── ${columns}×${rows}, in colour ──`, ...coloured.map(showStyles)].join('\n'),
    )
  }
  const file = path.join(import.meta.dirname, 'screens', `${name}.txt`)
  await expect(frames.join('\n')).toMatchFileSnapshot(file)
})

test.each(Object.keys(typed).filter((name) => /count|asks|workers|to-version/.test(name)))(
  '%s: no row of a table is wider than its screen',
  async (name) => {
    for (const [columns, rows] of sizes) {
      const lines = await screenOf(name, columns, rows, 0)
      const table = lines.slice(lines.findIndex((line) => /^(ID|COUNT|EXECUTOR) /.test(line)))
      const wide = table.filter(
        (line) => displayWidth(line) > columns && !/^(\?|hint|Nothing|No )/.test(line),
      )
      expect(wide).toEqual([])
    }
  },
)
