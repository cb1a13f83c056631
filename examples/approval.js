const patientSeconds = 600

/** Four workflows that ask: yes, no, nobody, and a message by hand. Each result tells which it was. */
export async function approval(drover, say) {
  const yes = await ask(drover, patientSeconds)
  await drover.approve(yes, { as: 'ada', comment: 'looks fine' })
  const no = await ask(drover, patientSeconds)
  await drover.reject(no, { as: 'ada', comment: 'not today' })
  const nobody = await ask(drover, 1)
  const custom = await ask(drover, patientSeconds)
  await drover.send(custom, { approved: true, by: 'a webhook' }, { topic: 'notification' })
  for (const id of [yes, no, nobody, custom]) {
    const { decision, by, reason } = await drover.wait(id)
    say([decision, by && `by ${by}`, reason && `(${reason})`].filter(Boolean).join(' '))
  }
  const [latest] = await drover.decisions({ workflowId: no })
  say(`the record says: ${latest.decision} by ${latest.by}, "${latest.comment}"`)
}

/** Starts one, and comes back when it waits. */
async function ask(drover, seconds) {
  const id = await drover.start('approvalWorkflow', [3, seconds])
  await drover.wait(id, 'message')
  return id
}
