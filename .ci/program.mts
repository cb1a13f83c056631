// What the types of the package say: .ci/package compiles it against the package as it is packed.
import { connect, type Decided, DroverError, requestDecision } from 'drover'

const drover = await connect()
const decided: Decided = await drover.approve('a#1', { as: 'ada' })
const workflow = async (): Promise<string | null> => {
  const decision = await requestDecision({ prompt: 'Go?' })
  return decision.outcome === 'approved' ? decision.by : null
}
// @ts-expect-error a rejection needs a comment
await drover.reject('a#1', { as: 'ada' })
export const seen = [decided.at.getTime(), workflow, DroverError]
