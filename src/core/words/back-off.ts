interface BackOff {
  readonly firstMs: number
  readonly longestMs: number
}

/** How long to wait before trying once more: `firstMs` after none, then twice as long each time, `longestMs` at most. */
export function nextWaitMs(previousMs: number, { firstMs, longestMs }: BackOff): number {
  return Math.min(longestMs, Math.max(firstMs, previousMs * 2))
}

/** Between half of it and all of it: many who lost the same server do not come back in the same instant. */
export function withJitter(waitMs: number): number {
  return waitMs * (0.5 + Math.random() / 2)
}
