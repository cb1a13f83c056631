import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { creationLock } from '../../../src/local/cluster/databases.ts'
import { withLock } from '../../../src/local/presence/lock.ts'
import { enter, takeExclusively } from '../../../src/local/presence/presence.ts'
import { startOf } from '../../../src/local/server/process.ts'
import { connect } from '../../../src/local/server/socket-connection.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { createTestHome, type TestHome } from '../test-home.ts'

let place: TestHome

beforeAll(async () => {
  place = await createTestHome()
  const pinned = place.local()
  await pinned.start({ database: 'drover' })
  await pinned.leave()
})

afterAll(() => place.remove())

/** Shorter than the time after which it is said what is waited for. */
const connectTimeoutMs = 200

/** Opens a database, and tells what it said meanwhile. */
function open(database: string) {
  const notices: string[] = []
  const local = place.local({ onNotice: (notice) => notices.push(notice) })
  onTestFinished(() => local.leave())
  const opened = local.open({ database, connectTimeoutMs })
  // Whoever awaits it hears of a failure; it must not end the process before.
  opened.catch(() => {})
  return { opened, notices }
}

test('a database that another process creates is waited for longer than for a connection, and it is said', async () => {
  const holder = await connect({ layout: place.layout, name: 'holder', timeoutMs: 5000 })
  await holder.query('select pg_advisory_lock($1)', [creationLock])
  const { opened, notices } = open('second')
  await waitUntil('it says what it waits for', () => notices.length > 0)
  await holder.end()
  expect(await opened).toMatchObject({ label: 'embedded database second', embedded: 'second' })
  expect(notices).toEqual([
    'Waiting for another drover process that creates a database in the embedded Postgres.',
  ])
})

test('a process that is slow to leave is waited for longer than for a connection, and it is said', async () => {
  const leaver = await enter(place.layout, 5000)
  expect(await takeExclusively(leaver)).toBe(true)
  const { opened, notices } = open('drover')
  await waitUntil('it says what it waits for', () => notices.length > 0)
  await leaver.client.end()
  expect(await opened).toMatchObject({ label: 'embedded database drover' })
  expect(notices).toEqual(['Waiting for another drover process that stops the embedded Postgres.'])
})

test('a process that is slow to create the server is waited for, and it is said which', async () => {
  const file = path.join(place.home, 'held.lock')
  await writeFile(file, `${process.ppid} ${startOf(process.ppid)}`)
  const notices: string[] = []
  const work = withLock(
    file,
    (notice) => notices.push(notice),
    async () => 'done',
  )
  await waitUntil('it says what it waits for', () => notices.length > 0)
  await rm(file)
  expect(await work).toBe('done')
  expect(notices).toEqual([
    `Waiting for process ${process.ppid}, which starts or deletes the embedded Postgres.`,
  ])
})

test('a database that has to be there is not created, and those that are there are named', async () => {
  const local = place.local()
  onTestFinished(() => local.leave())
  await expect(
    local.open({ database: 'shpo', connectTimeoutMs: 5000, mustExist: true }),
  ).rejects.toMatchObject({
    code: 'no-database',
    message: 'There is no database shpo in the embedded Postgres, which has drover, second.',
    hint: 'drover db start --database shpo   # creates it',
  })
  await expect(local.reset({ database: 'shpo', all: false })).rejects.toMatchObject({ code: 'no-database' })
  expect((await local.status({ database: 'second' })).databases).toEqual(['drover', 'second'])
})
