import { createWaitKnowledge, type KnownWait } from '../../core/decide/known-waits.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { HttpRefusal } from '../failure-response.ts'
import type { GatewayParts } from '../gateway-parts.ts'

const largestStep = 2 ** 31 - 1

/** The wait `ID#STEP`, open or over, with what is known of its topic. Throws 404. */
export async function findKnownWait(
  { store, workflows }: Pick<GatewayParts, 'store' | 'workflows'>,
  waitId: string,
): Promise<KnownWait> {
  const [, workflowId = '', digits = ''] = /^(.+)#(\d+)$/s.exec(waitId) ?? []
  const step = Number(digits)
  const workflow = digits === '' || step > largestStep ? undefined : await store.get(workflowId)
  const open = workflow && (await store.waits([workflowId])).find((one) => one.step === step)
  const wait = open ?? (workflow && (await store.waitAt(workflowId, step)))
  if (!workflow || !wait) {
    throw new HttpRefusal(404, 'wait-not-found', `There is no wait "${waitId}".`, {
      hint: phrase`${command('inbox')}   # a wait is ID#STEP, in a path ID%23STEP`,
    })
  }
  const { name } = workflow
  const [known] = await createWaitKnowledge(store, workflows)([{ ...wait, name }])
  if (!known) throw new Error('a wait became none')
  return known
}
