const noticeAfterMs = 2000
const giveUpAfterMs = 300_000

interface Turn {
  /** Tries to take it; true once it is ours. */
  readonly take: () => Promise<boolean>
  readonly sleep: (ms: number) => Promise<unknown>
  /** Called once, where it takes long. */
  readonly onLongWait: () => void
}

/** Asks again and again for what one process does at a time. False when others kept it for minutes. */
export async function waitForTurn(
  { take, sleep, onLongWait }: Turn,
  options = { pollMs: 25, noticeAfterMs, giveUpAfterMs },
): Promise<boolean> {
  const since = Date.now()
  let isNoticed = false
  while (!(await take())) {
    const waitedMs = Date.now() - since
    if (waitedMs > options.giveUpAfterMs) return false
    if (waitedMs > options.noticeAfterMs && !isNoticed) {
      isNoticed = true
      onLongWait()
    }
    await sleep(options.pollMs)
  }
  return true
}
