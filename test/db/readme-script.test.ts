import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { type LiveStore, openLiveStore } from '../support/live-store.ts'
import { runCli } from '../support/run-cli.ts'

DBOS.registerWorkflow(
  async () => {
    for (const value of [0, 50, 100]) await DBOS.setEvent('progress', value)
    await DBOS.setEvent('state', { done: 4 })
    await DBOS.setEvent('awaiting:decision', { prompt: 'Ship it?' })
    await DBOS.recv('decision', 3600)
    await DBOS.setEvent('awaiting:payment', { prompt: 'Paid?' })
    return DBOS.recv('payment', 3600)
  },
  { name: 'order' },
)

let live: LiveStore
beforeAll(async () => {
  live = await openLiveStore()
})
afterAll(() => live.close())

/** What a reader of the README would write: the code that docs/exit-codes.md says, and what is on stdout where it matters. */
const script: readonly (readonly [code: number, command: string, stdout?: string])[] = [
  [0, 'start order --id o-1 --queue quick --app-version v1', 'o-1\n'],
  [0, 'start order --id o-1 --queue quick --app-version v1', 'o-1\n'],
  [0, 'wait o-1 --for message --timeout 60s'],
  [0, 'wait o-1 --for event:progress>=50 --timeout 60s', '100\n'],
  [0, 'wait o-1 --for event:progress --timeout 60s', '100\n'],
  [0, 'wait o-1 --for event:state.done>=4 --timeout 60s', '4\n'],
  [4, 'events o-1 nothing', ''],
  [9, 'result o-1', ''],
  [9, 'start order other --id o-1 --queue quick --app-version v1', ''],
  [0, 'approve o-1 --as ada --wait read --timeout 60s', ''],
  [0, 'wait o-1 --for message --timeout 60s'],
  [9, 'approve o-1 --as ada', ''],
  [0, 'approve o-1#5 --as ada', ''],
  [9, 'reject o-1#5 --as ada --comment no', ''],
  [0, 'send o-1 paid --topic payment --idempotency-key p-1', ''],
  [0, 'wait o-1 --timeout 60s', '"paid"\n'],
  [0, 'send o-1 paid --topic payment --idempotency-key p-1', ''],
  [9, 'send o-1 refunded --topic payment --idempotency-key p-1', ''],
  [9, 'send o-1 paid --topic payment', ''],
  [0, 'approve o-1 --as ada', ''],
  [9, 'approve o-1 --as bob', ''],
  [9, 'wait o-1 --for event:progress=50 --timeout 60s', ''],
  [0, 'approve -', ''],
  [0, 'cancel -', ''],
  [2, 'wait -', ''],
  [2, 'get -', ''],
  [2, 'result -', ''],
  [2, 'explain -', ''],
  [4, 'wait nope', ''],
]

test('a script made of lines of the README gets the codes that docs/exit-codes.md says', async () => {
  for (const [code, command, stdout] of script) {
    const run = await runCli(command, { store: await openStore(live.database.target), stdin: '' })
    expect({ ...run, command }).toMatchObject({ command, code, ...(stdout === undefined ? {} : { stdout }) })
  }
})
