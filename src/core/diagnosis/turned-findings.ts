type Verdict = 'ok' | 'warn' | 'fail'

interface Found {
  readonly check: string
  readonly verdict: Verdict
}

const badness = { ok: 0, warn: 1, fail: 2 } as const satisfies Record<Verdict, number>

export interface Turned<One extends Found> {
  readonly change: 'bad' | 'well'
  /** Of what is well again what was bad of it. */
  readonly finding: One
}

/**
 * What turned bad, or worse, since the last look, and what is well again: once each, however its words change meanwhile.
 * `areAll` is false where a check that is missing was not made, as where the database cannot be used.
 */
export function createTurning<One extends Found>(): (
  findings: readonly One[],
  options: { readonly areAll: boolean },
) => readonly Turned<One>[] {
  const bad = new Map<string, One>()
  return (findings, { areAll }) => {
    const worst = new Map<string, One>()
    for (const finding of findings) {
      const other = worst.get(finding.check)
      if (!other || badness[finding.verdict] > badness[other.verdict]) worst.set(finding.check, finding)
    }
    const turned: Turned<One>[] = []
    for (const [check, finding] of [...bad]) {
      const now = worst.get(check)
      if (now ? now.verdict !== 'ok' : !areAll) continue
      bad.delete(check)
      turned.push({ change: 'well', finding: now ?? finding })
    }
    for (const [check, finding] of worst) {
      if (finding.verdict === 'ok') continue
      const before = bad.get(check)
      bad.set(check, finding)
      if (!before || badness[finding.verdict] > badness[before.verdict])
        turned.push({ change: 'bad', finding })
    }
    return turned
  }
}
