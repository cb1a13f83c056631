// An agent that asks a human mid-way:
//   drover run agent "clean up old branches" --id clean --app examples/patterns/agent.js
//   drover approve clean --comment "but not main"
import { DBOS } from '@dbos-inc/dbos-sdk'

async function agent(goal) {
  const plan = await DBOS.runStep(async () => [`look around for ${goal}`, `do it: ${goal}`], { name: 'plan' })
  const [first, ...rest] = plan
  await DBOS.runStep(async () => first, { name: 'act' })
  await DBOS.setEvent('awaiting:plan', { prompt: `May I go on with: ${rest.join(', ')}?` })
  const answer = await DBOS.recv('plan', { timeoutSeconds: 86_400 })
  if (answer?.approved !== true) return { goal, done: [first], because: answer?.comment ?? 'nobody answered' }
  for (const action of rest) await DBOS.runStep(async () => action, { name: 'act' })
  return { goal, done: plan, because: answer.comment }
}

DBOS.registerWorkflow(agent, { name: 'agent' })
