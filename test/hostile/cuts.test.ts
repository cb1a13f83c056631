import { expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { type CutKind, cutCommand } from '../support/cut-commands.ts'
import type { TestDatabase } from '../support/database.ts'
import { exampleWorkflows } from '../support/example-store.ts'
import { hostilePlan, sayCounts } from '../support/hostile-plan.ts'
import { createRandom } from '../support/random.ts'
import { createExampleDatabase, exportExamples } from '../support/refuse-commands.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'

const following = ['watch done', 'stream done log --follow', 'events done --follow', 'wait done']
const commands = [
  ...following,
  'approve asking --as ada',
  'cancel running',
  'fork done --from 1',
  'rewind failed --from 0 --yes',
  'recover running --grace 1ms',
  'start orderWorkflow 1 --app-version v1 --application example --queue slow',
  'schedules trigger nightly',
  'queues',
  'inbox --no-pick',
  'audit verify',
  'metrics',
  'export done',
  'import --yes --new-ids',
]
const kinds: readonly CutKind[] = ['cut', 'half-close', 'stall']
/** No command sends more. */
const mostMessages = 150
const atOnce = 6

/** Of an import: pieces of what it reads. Each is waited for twenty times as long as for an answer. */
function isAllAlike(
  { command, kind }: { readonly command: string; readonly kind: CutKind },
  at: number,
): boolean {
  return kind === 'stall' && command.startsWith('import') && at >= 20
}

/** The same command on a workflow of its own, which no earlier try has changed. */
async function withOwnWorkflow(database: TestDatabase, command: string, name: string): Promise<string> {
  const [verb = '', workflowId = ''] = command.split(' ')
  const seed = exampleWorkflows.find((workflow) => workflow.workflowId === workflowId)
  if (!seed || following.includes(command)) return command
  await seedWorkflow(database, { ...seed, workflowId: name, createdAt: new Date() })
  return command.replace(`${verb} ${workflowId}`, `${verb} ${name}`)
}

interface Trial {
  readonly database: TestDatabase
  /** What `import` reads. */
  readonly exported: string
}

/** What was wrong with it, undefined where nothing was, and `done` where the command ends before that message. */
async function tryOut({ database, exported }: Trial, command: string, kind: CutKind, at: number) {
  const line = await withOwnWorkflow(database, command, `own-${kind}-${commands.indexOf(command)}-${at}`)
  const { code, wasCut, hangs, stderr } = await cutCommand(database, line, kind, at, { stdin: exported })
  if (!wasCut) return 'done'
  const mustGoOn = kind !== 'stall' && following.includes(command)
  const isRight = !hangs && code !== 70 && (!mustGoOn || code === 0)
  return isRight ? undefined : `${line}, ${kind} at ${at}: ${hangs ? 'hangs' : code}: ${stderr.slice(0, 300)}`
}

test('whatever becomes of the connection, each command ends by itself within its limits', async () => {
  const database = await createExampleDatabase()
  const store = await openStore(database.target)
  await store.createRecord({ run: true })
  const exported = await exportExamples(database)
  const random = createRandom(hostilePlan.seed)
  const series = commands.flatMap((command) => kinds.map((kind) => ({ kind, command, at: 0 })))
  const failures: string[] = []
  const counts = { cut: 0, 'half-close': 0, stall: 0 }
  const total = () => Object.values(counts).reduce((sum, count) => sum + count, 0)
  const work = async (): Promise<void> => {
    for (let one = series.shift(); one; one = series.shift()) {
      for (let { at } = one; at < mostMessages && total() < hostilePlan.cuts; at++) {
        const outcome = await tryOut({ database, exported }, one.command, one.kind, at)
        if (outcome === 'done') break
        counts[one.kind]++
        if (outcome !== undefined) failures.push(outcome)
        if (hostilePlan.isShort || isAllAlike(one, at)) at += 5 + random.below(20)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const { checked, discrepancies } = await store.verifyRecord({})
  await store.close()
  sayCounts(
    `connections: ${counts.cut} cut, ${counts['half-close']} half-closed, ${counts.stall} stalled; ${checked} decisions were made; seed ${hostilePlan.seed}`,
  )
  expect(failures).toEqual([])
  // Each is there whole or not at all.
  expect(discrepancies).toEqual([])
})
