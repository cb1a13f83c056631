import { DBOS } from '@dbos-inc/dbos-sdk'
import { requestDecision } from 'drover'

/** Asks before it pays, and tells a no from nobody's answer. */
async function refund(order, amount) {
  const decision = await requestDecision({
    prompt: `Refund ${amount} € for order ${order}?`,
    topic: 'refund',
    timeoutSeconds: 3600,
    details: { order, amount },
  })
  switch (decision.outcome) {
    case 'approved':
      return `refunded ${amount} €, approved by ${decision.by}`
    case 'rejected':
      return `not refunded: ${decision.comment}`
    case 'timed-out':
      return 'not refunded: nobody answered'
    default:
      return `not refunded: ${JSON.stringify(decision.answer)} is no answer`
  }
}

DBOS.registerWorkflow(refund, { name: 'refund' })
