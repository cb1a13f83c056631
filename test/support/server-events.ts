export interface ReadEvent {
  readonly id: string | undefined
  readonly event: string
  readonly data: unknown
}

/** The server-sent events of a response, as they come; comments and `retry` are left out. */
export async function* readEvents(response: Response): AsyncGenerator<ReadEvent> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => {
          const at = line.indexOf(': ')
          return [line.slice(0, at), line.slice(at + 2)] as const
        }),
      )
      const event = fields.get('event')
      if (event === undefined) continue
      yield { id: fields.get('id'), event, data: JSON.parse(fields.get('data') ?? 'null') }
    }
  }
}
