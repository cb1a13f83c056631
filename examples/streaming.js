/** A stream, value by value while it is written until it is closed, and then again as a whole. */
export async function streaming(drover, say) {
  const id = await drover.start('streamingWorkflow', [5, 100])
  for await (const { type, message } of drover.stream(id, 'progress_stream', { follow: true })) {
    if (message) say(`${type}: ${message}`)
  }
  let count = 0
  for await (const _ of drover.stream(id, 'progress_stream')) count += 1
  say(`${count} values in all`)
}
