import { expect, test } from 'vitest'
import type { BoardQuery, Store } from '../../../src/core/store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, second))
const shop = () =>
  createFakeStore([
    { workflowId: 'a', name: 'order', createdAt: at(1), status: 'SUCCESS', output: { total: 3 } },
    { workflowId: 'b', name: 'order', createdAt: at(2) },
    { workflowId: 'c', name: 'order', createdAt: at(3) },
  ])

/** What is asked of the store in each of `rounds` looks; `between` happens after each of them. */
async function watch(
  line: string,
  rounds: number,
  store = shop(),
  between: (round: number) => void = () => {},
): Promise<{ readonly looks: readonly string[][]; readonly frames: readonly string[][] }> {
  const stop = new AbortController()
  const looks: string[][] = [[]]
  const slept = Object.assign([] as number[], {
    push: () => {
      between(looks.length)
      if (looks.length === rounds) stop.abort('SIGINT')
      else looks.push([])
      return 0
    },
  })
  const asked = (name: string, detail = '') => looks.at(-1)?.push(`${name}${detail}`)
  const watched = new Proxy<Store>(store, {
    get: (target, name) => {
      const use = Reflect.get(target, name)
      if (name === 'as') return () => watched
      if (typeof use !== 'function' || name === 'close') return use
      if (name !== 'board') {
        asked(String(name))
        return use
      }
      return (query: BoardQuery) => {
        const why: string[] = []
        const isAsked: BoardQuery['isAsked'] = (row) => query.isAsked(row) && why.push(row.workflowId) > 0
        return target.board({ ...query, isAsked }).then((board) => {
          asked('board', why.length > 0 ? `, why ${why.join()}` : '')
          return board
        })
      }
    },
  })
  const { frames } = await runCli(line, { store: watched, isTerminal: true, interrupt: stop.signal, slept })
  return { looks, frames }
}

test.each(['list --watch', 'list --watch --name order'])(
  '%s looks once a round, and asks why of what moved, and now and then of what goes on',
  async (line) => {
    const store = shop()
    const { looks, frames } = await watch(line, 10, store, (round) => {
      if (round === 3) store.end('b', 'CANCELLED')
    })
    expect(looks).toEqual([
      ['board, why c,b,a'],
      ...Array(2).fill(['board']),
      ['board, why b'],
      ...Array(4).fill(['board']),
      ['board, why c'],
      ['board'],
    ])
    expect(frames.at(0)?.join()).not.toContain('CANCELLED')
    expect(frames.at(-1)?.join()).toContain('⊘ CANCELLED')
  },
)

test('--watch does not ask why where no column tells it', async () => {
  const { looks, frames } = await watch('list --watch --columns id,status', 2)
  expect(looks).toEqual([['board'], ['board']])
  expect(frames).toHaveLength(1)
})

test('--watch shows results where they are asked for, and keeps the order', async () => {
  const { frames } = await watch('list --watch --columns id,result --sort oldest', 2)
  expect(frames.at(-1)).toEqual(['ID  RESULT', 'a   {total: 3}', 'b', 'c'])
})
