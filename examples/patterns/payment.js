// An order that waits for its payment, and expires without one:
//   drover run order 42 --id order-42 --app examples/patterns/payment.js
//   drover send order-42 '{"paid": true}' --topic payment
import { DBOS } from '@dbos-inc/dbos-sdk'

async function order(amount, timeoutSeconds = 3600) {
  await DBOS.setEvent('status', 'awaiting payment')
  await DBOS.setEvent('awaiting:payment', { prompt: `Is ${amount} € paid?`, approve: { paid: true } })
  const payment = await DBOS.recv('payment', { timeoutSeconds })
  const status = payment?.paid === true ? 'paid' : payment === null ? 'expired' : 'refused'
  await DBOS.setEvent('status', status)
  if (status === 'paid') await DBOS.runStep(async () => `parcel for ${amount} €`, { name: 'ship' })
  return { amount, status }
}

DBOS.registerWorkflow(order, { name: 'order' })
