import { exitCodeOf } from '../../src/core/errors.ts'
import { exitCodes } from '../../src/core/exit-codes.ts'
import { refusalOf } from '../../src/core/sqlstates.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { screenCommands } from './every-command.ts'
import { exampleWorkflows } from './example-store.ts'
import type { FakeTerminal } from './fake-terminal.ts'
import { readExport } from './read-export.ts'
import { startRefusingProxy } from './refusing-proxy.ts'
import { type CliRun, runCli } from './run-cli.ts'
import { seedPlatform } from './seed-platform.ts'
import { seedWorkflow } from './seed-workflow.ts'
import { waitUntil } from './wait-until.ts'

/** A database with a workflow in each state, and what goes with them. */
export async function createExampleDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  for (const workflow of exampleWorkflows)
    await seedWorkflow(database, { ...workflow, createdAt: new Date() })
  await seedPlatform(database)
  return database
}

/** What `export` writes of a workflow that has ended and of one that has not. */
export async function exportExamples(database: TestDatabase): Promise<string> {
  const store = await openStore(database.target)
  const text = await readExport(store, ['done', 'asking'])
  await store.close()
  return text
}

export interface RefusedRun extends CliRun {
  readonly command: string
  readonly state: string
  /** How many statements came before the one that was refused. */
  readonly position: number
  readonly wasRefused: boolean
  /** The code of this refusal; 0 where the command tries again. */
  readonly expected: number
}

export interface Refuser {
  /** Runs a command whose statement at this position is refused once; the first is that which looks at the tables. */
  run(command: string, state: string, position: number): Promise<RefusedRun>
  close(): void
}

export async function createRefuser(
  database: TestDatabase,
  files: Readonly<Record<string, string>> = {},
): Promise<Refuser> {
  const proxy = await startRefusingProxy()
  const url = proxy.urlOf(database.target.url)
  const exported = await exportExamples(database)
  return {
    run: async (command, given, position) => {
      proxy.refuse(given, position)
      const words = command.split(' ').map((word) => (word === 'ID' ? 'done' : word))
      let terminal: FakeTerminal | undefined
      let isOver = false
      const running = runCli([...words, '--db-url', url], {
        openStore: (target) => openStore(target, { noticeAfterMs: 60_000 }),
        now: new Date(),
        files,
        stdin: exported,
        isTerminal: screenCommands.includes(command),
        onTerminal: (given) => {
          terminal = given
        },
      }).finally(() => {
        isOver = true
      })
      if (screenCommands.includes(command)) {
        await waitUntil('a refusal', () => proxy.hasRefused() || isOver)
        await waitUntil('the end', () => {
          terminal?.press('q')
          return isOver
        })
      }
      const ended = await running
      const { code, isTransient = false } = refusalOf(given) ?? { code: 'usage' as const }
      // A stream is read in batches, each of which is asked for again where what kept it may pass; so is a screen.
      const isAskedAgain = isTransient && (command.startsWith('stream ') || screenCommands.includes(command))
      const expected = isAskedAgain ? exitCodes.ok.code : exitCodeOf(code)
      return { ...ended, command, state: given, position, wasRefused: proxy.hasRefused(), expected }
    },
    close: proxy.close,
  }
}

/** What is wrong with how such a run ended; undefined where nothing is. */
export function problemOf({
  command,
  state,
  position,
  code,
  stderr,
  stdout,
}: RefusedRun): string | undefined {
  const isBug = code === 70 || /bug in drover|^ {4}at /m.test(stderr + stdout)
  return isBug ? `${command}, ${state} at ${position}: ${code}: ${stderr.slice(0, 500)}` : undefined
}
