import type { SaidDecision, Verdict } from '../../core/decide/decision.ts'
import { findActor } from '../../core/decide/find-actor.ts'
import { settleDecision } from '../../core/decide/settle-decision.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { isEnded, type Wait } from '../../core/workflow.ts'
import { follow } from '../../frame/follow/follow-workflows.ts'
import { demoApp, type Part, type Tour } from './tour.ts'

/** Long enough to find a second terminal. */
const patientSeconds = 600
const impatientSeconds = 2

export const approvalPart: Part = {
  title: 'Approvals: a workflow waits for a person',
  run: (tour) => (tour.isAuto ? decideAll(tour) : askThePerson(tour)),
}

/** One is approved, one rejected, and one waits in vain: three different results. */
async function decideAll(tour: Tour): Promise<void> {
  const { context, store, nameWorkflow, start, say, show } = tour
  const approved = nameWorkflow('approved')
  const rejected = nameWorkflow('rejected')
  const ignored = nameWorkflow('timed-out')
  await say('Three workflows ask. One is approved, one is rejected, and one waits in vain.')
  await start('approvalWorkflow', approved, [3, patientSeconds])
  await start('approvalWorkflow', rejected, [3, patientSeconds])
  await start('approvalWorkflow', ignored, [3, impatientSeconds])
  await show(command('approve', [approved], { '--comment': 'looks fine' }))
  await show(command('reject', [rejected], { '--comment': 'not today' }))
  const answers = new Map<string, Answer>([
    [approved, { verdict: 'approved', comment: 'looks fine' }],
    [rejected, { verdict: 'rejected', comment: 'not today' }],
  ])
  await follow(context, store, {
    workflowIds: [approved, rejected, ignored],
    output: context.terminal.stdout,
    format: 'picture',
    onChange: async (change) => {
      const answer = answers.get(change.workflowId)
      const wait = change.type === 'waits' ? change.waits.find(({ state }) => state === 'waiting') : undefined
      if (answer && wait) {
        answers.delete(change.workflowId)
        await decide(tour, wait, answer)
      }
      return false
    },
  })
}

/** Asks here, and notices when somebody answers in another terminal. */
async function askThePerson(tour: Tour): Promise<void> {
  const { context, store, nameWorkflow, start, say, show } = tour
  const workflowId = nameWorkflow('approval')
  await say('It asks, and goes on when you answer: here, or in a second terminal with one of')
  await show(command('approve', [workflowId]))
  await show(command('reject', [workflowId], { '--comment': 'not today' }))
  await start('approvalWorkflow', workflowId, [3, patientSeconds])
  const picture = { workflowIds: [workflowId], output: context.terminal.stdout, format: 'picture' } as const

  let asked: Wait | undefined
  await follow(context, store, {
    ...picture,
    onChange: (change) => {
      if (change.type === 'waits') asked = change.waits.find(({ state }) => state === 'waiting')
      return asked !== undefined
    },
  })
  if (!asked) return
  const answer = await promptUnlessAnswered(tour, asked)
  if (answer === 'left') {
    throw new CliError('interrupted', `${workflowId} still waits for an answer.`, {
      hint: phrase`answer it with ${command('approve', [workflowId])}, and finish it with ${command('worker', [], { '--app': demoApp })}`,
    })
  }
  if (answer !== 'answered elsewhere') await decide(tour, asked, answer)
  await follow(context, store, picture)
}

type Answer = Pick<SaidDecision, 'verdict' | 'comment'>

async function promptUnlessAnswered(tour: Tour, wait: Wait): Promise<Answer | 'answered elsewhere' | 'left'> {
  const { context, store } = tour
  const elsewhere = new AbortController()
  const watching = follow(context, store, {
    workflowIds: [wait.workflowId],
    output: context.terminal.stdout,
    format: 'quiet',
    signal: elsewhere.signal,
    onChange: (change) =>
      (change.type === 'status' && isEnded(change.workflow.status)) ||
      (change.type === 'message' && change.message.topic === wait.topic),
  }).then(() => elsewhere.abort())
  const signal = AbortSignal.any([elsewhere.signal, context.interrupts.signal])
  const verdict = await context.terminal.choose<Verdict>(
    wait.prompt ?? waitId(wait),
    [
      { value: 'approved', label: 'approve' },
      { value: 'rejected', label: 'reject' },
    ],
    { signal },
  )
  const comment =
    verdict === 'rejected' ? await context.terminal.ask('Why not?', { signal, required: true }) : null
  const isAnsweredElsewhere = elsewhere.signal.aborted
  elsewhere.abort()
  await watching
  if (isAnsweredElsewhere) return 'answered elsewhere'
  return verdict === undefined || comment === undefined ? 'left' : { verdict, comment }
}

async function decide({ context, store }: Tour, wait: Wait, answer: Answer): Promise<void> {
  const actor = findActor('drover demo', context.env, context.userAndHost, false)
  const about = { name: 'approvalWorkflow', profile: undefined, learned: undefined }
  await store.decide(settleDecision({ ...answer, wait, actor }, about, context.now()))
}
