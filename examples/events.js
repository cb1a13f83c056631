/** A workflow that publishes its progress: watched until it is done, then asked for what it left. */
export async function events(drover, say) {
  const id = await drover.start('eventsWorkflow', [5, 100])
  for await (const change of drover.watch(id)) {
    if (change.type === 'event' && change.key === 'progress') say(`progress ${change.value} %`)
  }
  say(`status is ${await drover.event(id, 'status')}`)
  const published = await drover.events(id)
  say(`all events: ${published.map(({ key }) => key).join(', ')}`)
  const { total_fibonacci: sum } = await drover.event(id, 'result')
  const results = await drover.wait(id)
  say(`${results.length} results, their sum is ${sum}`)
}
