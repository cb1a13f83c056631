import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { type RunCliOptions, runCli } from '../support/run-cli.ts'

const here = ['--db-url', 'postgres://h/shop']

/** What looks again and again, with what it calls each time; whoever stops it does so after fifty rounds. */
test.each([
  ['recover --watch --every 1ms', 'scanExecutors', {}],
  ['list --watch', 'roots', { isTerminal: true }],
  ['get - -o jsonl', 'lineage', { stdin: 'done\nasking\nrunning\n' }],
  ['result - --assert x', 'get', { stdin: 'done\nanswered\n' }],
] as const)(
  '%s leaves no listener on the signal that stops it',
  async (line, name, options: RunCliOptions) => {
    const stop = new AbortController()
    const most: number[] = []
    const store = createExampleStore()
    const look = store[name] as (...given: unknown[]) => unknown
    let rounds = 0
    Object.assign(store, {
      [name]: (...given: unknown[]) => {
        rounds += 1
        most.push(getEventListeners(stop.signal, 'abort').length)
        if (rounds === 50) stop.abort('SIGINT')
        return look(...given)
      },
    })
    const given = { ...options, slept: [], interrupt: stop.signal }
    const isEndless = line.includes('--watch')
    while (rounds < 50)
      await runCli([...line.split(' '), ...here], { ...given, openStore: async () => store })
    if (isEndless) expect(rounds).toBeLessThan(60)
    expect(Math.max(...most)).toBeLessThan(3)
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  },
)

test.each(['watch done', 'wait done', 'stream done log --follow', 'events done --follow'])(
  'fifty runs of %s on one signal leave no listener on it',
  async (line) => {
    const { signal } = new AbortController()
    for (let run = 0; run < 50; run += 1) {
      const { code } = await runCli(line, { store: createExampleStore(), interrupt: signal })
      expect(code).toBe(0)
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
  },
)
