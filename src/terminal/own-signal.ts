/**
 * Lends a signal that aborts with `outer`, for what adds listeners and leaves them there: with the use its tie to `outer`
 * ends, which may outlive a thousand of them.
 */
export async function withOwnSignal<Result>(
  outer: AbortSignal | undefined,
  use: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const own = new AbortController()
  const abort = (): void => own.abort(outer?.reason)
  if (outer?.aborted) abort()
  outer?.addEventListener('abort', abort, { once: true })
  try {
    return await use(own.signal)
  } finally {
    outer?.removeEventListener('abort', abort)
  }
}
