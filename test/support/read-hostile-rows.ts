import { expect } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { displayWidth } from '../../src/render/text.ts'
import { createTestDatabase } from './database.ts'
import { followingCommands, plainCommands, readingCommands } from './every-command.ts'
import { insertHostileRows } from './hostile-rows.ts'
import { patience } from './patience.ts'
import { createRandom } from './random.ts'
import { runCli } from './run-cli.ts'

const formats = [[], ['-o', 'json'], ['-o', 'jsonl']] as const
/** What somebody leaves again once there is something to see. */
const liveCommands = ['watch ID', 'watch ID --children', 'list --watch', 'inbox --watch']
const lookMs = 10
const widths = [10, 20, 40, 80, 120] as const

/** All that acts on a terminal, or reorders what it shows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
export const acting = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/** Ids go into a pipe as they are, for whoever reads them there: what was created is one. */
function printsIds(words: readonly string[]): boolean {
  return words[0] === 'wait' && words.includes('created')
}

export interface ReadReport {
  readonly seed: number
  readonly rows: number
  readonly runs: number
  /** Of what is drawn live. */
  readonly frames: number
  /** What was wrong, with the command. */
  readonly failures: readonly string[]
}

/** Every reading command, in every format, on generated rows of every table. */
export async function readHostileRows({
  seed,
  rows: atLeast,
}: {
  readonly seed: number
  readonly rows: number
}): Promise<ReadReport> {
  const random = createRandom(seed)
  const database = await createTestDatabase()
  const opened = await openStore(database.target)
  await opened.createRecord({ run: true })
  const { workflowIds, rows } = await insertHostileRows(database, random, atLeast)
  const store: Store = { ...opened, close: async () => {} }
  const failures: string[] = []
  let runs = 0
  let drawn = 0
  const read = async (words: readonly string[], columns?: number): Promise<void> => {
    runs++
    const place = columns === undefined ? '' : `, on a terminal of ${columns},`
    const what = `${JSON.stringify(words.join(' ')).slice(0, 200)}${place}`
    const over = new AbortController()
    const left = new AbortController()
    const limit = setTimeout(() => over.abort('SIGTERM'), patience())
    let frames: readonly string[][] = []
    const look = setInterval(() => frames.length > 0 && left.abort('SIGINT'), lookMs)
    const { code, stdout, stderr } = await runCli(words, {
      store,
      now: new Date(),
      interrupt: AbortSignal.any([over.signal, left.signal]),
      ...(columns !== undefined && { isTerminal: true, columns }),
      onTerminal: (terminal) => {
        frames = terminal.frames()
      },
    })
    clearTimeout(limit)
    clearInterval(look)
    if (over.signal.aborted) failures.push(`${what} hangs`)
    if (code === 70) failures.push(`${what} is 70: ${stderr.slice(0, 600)}`)
    const shown = printsIds(words) ? stderr : stdout + stderr
    const found = acting.exec(shown)
    if (found) {
      const { index } = found
      failures.push(`${what} prints ${JSON.stringify(shown.slice(Math.max(0, index - 40), index + 20))}`)
    }
    drawn += frames.length
    for (const line of frames.flat()) {
      if (acting.test(line)) failures.push(`${what} draws ${JSON.stringify(line)}`)
      if (displayWidth(line) > (columns ?? 0))
        failures.push(`${what} draws ${JSON.stringify(line)}, too wide`)
    }
    if (words.includes('json') || words.includes('jsonl')) {
      for (const text of words.includes('jsonl') ? stdout.split('\n') : [stdout]) {
        if (text !== '') expect(() => JSON.parse(text), what).not.toThrow()
      }
    }
  }
  for (const [index, id] of workflowIds.entries()) {
    const commands = [
      ...readingCommands,
      ...plainCommands,
      ...followingCommands.map((command) => `${command} --timeout 1ms`),
    ]
    for (const command of liveCommands) {
      if (!command.includes('ID') && index > 0) continue
      const [verb = '', operand, ...options] = command.split(' ')
      await read(operand === 'ID' ? [verb, ...options, '--', id] : [verb, operand ?? ''], random.pick(widths))
    }
    for (const command of commands) {
      // Those that name no workflow see all of them at once.
      if (!command.includes('ID') && index > 0) continue
      const [verb = '', ...rest] = command.split(' ').map((word) => (word === 'ID' ? id : word))
      const options = rest.slice(rest.findIndex((word) => word.startsWith('--')) >>> 0)
      const operands = rest.slice(0, rest.length - options.length)
      // Where a terminal has the words, and a screen that is narrow or not.
      await read([verb, ...options, '--', ...operands], random.pick(widths))
      for (const format of formats) {
        if (command.includes('--follow') && format[1] === 'json') continue
        if (plainCommands.includes(command) && format.length > 0) continue
        await read([verb, ...options, ...format, '--', ...operands])
      }
    }
  }
  await opened.close()
  await database.drop()
  return { seed, rows, runs, frames: drawn, failures }
}
