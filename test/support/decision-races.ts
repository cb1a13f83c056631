import { DBOS } from '@dbos-inc/dbos-sdk'
import { expect } from 'vitest'
import { approval } from './approval-workflows.ts'
import { type DroverRun, runDrover } from './drover-process.ts'
import { openLiveStore } from './live-store.ts'
import { openWait } from './open-wait.ts'
import { createHome, removeHome } from './throw-away-home.ts'

export interface DecisionRaces {
  /**
   * Two processes decide the same wait at the same time, one each way, and take turns in being spawned first; then
   * everything must tell the same story.
   */
  run(round: number): Promise<'approved' | 'rejected'>
  close(): Promise<void>
}

export async function openDecisionRaces(): Promise<DecisionRaces> {
  const { database, store, close } = await openLiveStore()
  const home = await createHome()
  const drover = (...args: string[]) =>
    runDrover([...args, '--db-url', database.target.url], { home, env: { NO_COLOR: '1' } })
  return {
    run: async (round) => {
      const workflowId = `race-${round}`
      const handle = await DBOS.startWorkflow(approval, { workflowID: workflowId })()
      await openWait(store, workflowId)
      const approve = () => drover('approve', `${workflowId}#1`, '--as', 'ada')
      const reject = () => drover('reject', `${workflowId}#1`, '--as', 'bob', '--comment', 'no')
      const running =
        round % 2 === 0
          ? { approved: approve(), rejected: reject() }
          : { rejected: reject(), approved: approve() }
      const [approved, rejected] = await Promise.all([running.approved, running.rejected])
      const result = await handle.getResult()
      const isApproved = result?.approved === true
      const [winner, loser] = isApproved ? [approved, rejected] : [rejected, approved]
      const [first, second] = isApproved ? ['ada', 'bob'] : ['bob', 'ada']
      expectStory(winner, loser, first)
      expect(await store.decisions({ workflowId })).toMatchObject([
        { outcome: 'decided-otherwise', by: second },
        { outcome: 'stored', by: first, decision: isApproved ? 'approved' : 'rejected' },
      ])
      expect(await store.messages(workflowId)).toHaveLength(1)
      return isApproved ? 'approved' : 'rejected'
    },
    close: async () => {
      await close()
      await removeHome(home)
    },
  }
}

function expectStory(winner: DroverRun, loser: DroverRun, first: string): void {
  expect(winner).toMatchObject({ code: 0 })
  expect(loser).toMatchObject({
    code: 9,
    stderr: expect.stringContaining(`was decided otherwise by ${first} at `),
  })
}
