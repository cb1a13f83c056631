import { expect, test } from 'vitest'
import { CliError } from '../../../src/core/errors.ts'
import type { Session } from '../../../src/db/connection/connect.ts'
import { defaultTiming, retryWhileDisconnected } from '../../../src/db/connection/retry-while-disconnected.ts'
import { waitUntil } from '../../support/wait-until.ts'

/** A connection through which so many bytes have come as somebody has looked, while they flow. */
function createConnection() {
  let bytes = 0
  let looked = 0
  const given = {
    isFlowing: true,
    looked: () => looked,
    session: {
      target: { label: 'shop' },
      isClosed: () => false,
      bytesRead: () => {
        looked++
        if (given.isFlowing) bytes++
        return bytes
      },
    } as Pick<Session, 'bytesRead' | 'isClosed'> as Session,
  }
  return given
}

const lost = () => new CliError('connection-lost', 'It was lost.', { isTransient: true })

const timing = { ...defaultTiming, noticeAfterMs: 4, giveUpAfterMs: 8 }

function follow(connection: ReturnType<typeof createConnection>, patience = timing) {
  const notices: string[] = []
  const options = { signal: new AbortController().signal, onNotice: (text: string) => notices.push(text) }
  let answer = (_: string): void => {}
  let fail = (_: Error): void => {}
  const read = () =>
    new Promise<string>((resolve, reject) => {
      answer = resolve
      fail = reject
    })
  const result = retryWhileDisconnected(connection.session, patience, options, read)
  return { notices, result, answer: (text: string) => answer(text), fail: (error: Error) => fail(error) }
}

test('as long as something arrives nothing is said, and nobody gives up', async () => {
  const connection = createConnection()
  const { notices, result, answer } = follow(connection)
  await waitUntil('it has looked for long', () => connection.looked() > 100)
  answer('ten megabytes')
  expect(await result).toBe('ten megabytes')
  expect(notices).toEqual([])
})

test('once nothing arrives any more, it is said, and in the end it is over', async () => {
  const connection = createConnection()
  const { notices, result } = follow(connection)
  await waitUntil('it has looked for long', () => connection.looked() > 100)
  connection.isFlowing = false
  await expect(result).rejects.toMatchObject({ code: 'connection-lost' })
  expect(notices).toEqual(['shop does not answer; drover keeps trying.'])
})

test('a server that only ever begins to answer is one that does not answer', async () => {
  const connection = createConnection()
  const { notices, result, fail } = follow(connection, { ...timing, giveUpAfterMs: 200 })
  const losing = setInterval(() => fail(lost()), 1)
  await expect(result.finally(() => clearInterval(losing))).rejects.toMatchObject({
    code: 'connection-lost',
  })
  expect(notices).toEqual(['shop does not answer; drover keeps trying.'])
})

test('what is in the middle of arriving when the time is over is taken', async () => {
  const connection = createConnection()
  // The pause between two tries is less than a tenth of that.
  const giveUpAfterMs = 600
  const { result, answer, fail } = follow(connection, { ...timing, giveUpAfterMs })
  fail(lost())
  await waitUntil('the time is over', () => connection.looked() > 2 * giveUpAfterMs)
  answer('ten megabytes')
  expect(await result).toBe('ten megabytes')
})
