import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type DroverProcess, runDrover, startDrover } from '../support/drover-process.ts'
import { launchDbos } from '../support/launch-dbos.ts'
import { type PgBouncer, skipsPgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

const asking = DBOS.registerWorkflow(
  async () => {
    await DBOS.writeStream('log', 'asking')
    await DBOS.setEvent('awaiting:go', { prompt: 'Go?' })
    const answer = await DBOS.recv<{ approved: boolean }>('go', { timeoutSeconds: 600 })
    await DBOS.writeStream('log', 'answered')
    await DBOS.closeStream('log')
    return answer?.approved
  },
  { name: 'asking' },
)

const polls =
  'Postgres delivers no notifications through this connection, so drover polls it (--listen-url can name a direct one).\n'

describe.skipIf(skipsPgBouncer)(
  'behind PgBouncer in transaction mode (skipped where it is not installed)',
  () => {
    let database: TestDatabase
    let pooler: PgBouncer
    let home: string
    let pooledUrl: string
    const running: DroverProcess[] = []

    beforeAll(async () => {
      home = await createHome()
      database = await createTestDatabase()
      await launchDbos(database)
      pooler = await startPgBouncer(inject('serverUrl'))
      pooledUrl = pooler.urlOf(database.target.url)
    })

    afterAll(async () => {
      for (const drover of running) drover.process.kill()
      await DBOS.shutdown()
      await pooler?.stop()
      await database.drop()
      await removeHome(home)
    })

    const drover = (line: string, ...more: string[]) => {
      const started = startDrover([...line.split(' '), '--db-url', pooledUrl, ...more], { home })
      running.push(started)
      return started
    }

    test('watch, stream --follow, wait and approve work, and it is said once that it polls', async () => {
      await DBOS.startWorkflow(asking, { workflowID: 'pooled' })()
      const watch = drover('watch pooled -o jsonl')
      const stream = drover('stream pooled log --follow')
      const wait = drover('wait pooled --timeout 60s')
      for (const each of [watch, stream, wait]) {
        await waitUntil('it says that it polls', () => each.stderr().includes(polls))
      }
      expect(
        await runDrover(['approve', 'pooled', '--as', 'ada', '--db-url', pooledUrl], { home }),
      ).toMatchObject({
        code: 0,
        stderr: 'pooled#2 approved by ada.\n',
      })
      expect(await stream.ended).toMatchObject({
        code: 0,
        stdout: 'asking\nanswered\n',
        stderr: `${polls}log: 2 values, closed (next offset 2)\n`,
      })
      expect(await wait.ended).toMatchObject({ code: 0, stdout: 'true\n', stderr: polls })
      const { code, stdout, stderr } = await watch.ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: polls })
      expect(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).type),
      ).toContain('stream-closed')
    })

    test('with a direct connection beside it, it listens', async () => {
      await DBOS.startWorkflow(asking, { workflowID: 'direct' })()
      const wait = drover('wait direct', '--listen-url', database.target.url)
      await waitUntil('it listens to DBOS', async () => {
        const listening = await database.query(
          `select 1 from pg_stat_activity where datname = current_database() and application_name = 'drover'
         and query like '%listen dbos_streams_channel%'`,
        )
        return listening.length === 1
      })
      expect(
        (await runDrover(['approve', 'direct', '--as', 'ada', '--db-url', pooledUrl], { home })).code,
      ).toBe(0)
      expect(await wait.ended).toMatchObject({ code: 0, stdout: 'true\n', stderr: '' })
    })
  },
)
