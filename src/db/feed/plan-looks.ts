import type { Look, ProbeGroup } from './probe.ts'
import { takeLook, type Watched } from './watched.ts'

/** So many are asked for one by one; more are compared in groups, and only the groups that differ are taken apart. */
const mostAlone = 64
const mostGroups = 64

interface Asked<One> {
  readonly group: ProbeGroup
  /** Of each probe of the group all those who ask it. */
  readonly watched: readonly (readonly One[])[]
}

type Compared = Pick<Watched<unknown>, 'probe' | 'quiet' | 'announced'>

/** Who asks the same is asked for once. `isFull` says of which also what is announced is asked. */
export function planLooks<One extends Compared>(
  picked: readonly One[],
  isFull: (one: One) => boolean,
  { areApart }: { readonly areApart: boolean },
): readonly Asked<One>[] {
  const byKey = new Map<string, One[]>()
  for (const one of picked) {
    const same = byKey.get(one.probe.key)
    if (same) same.push(one)
    else byKey.set(one.probe.key, [one])
  }
  const alone: Asked<One>[] = []
  const known = { full: [] as One[][], quiet: [] as One[][] }
  const isGrouped = !areApart && byKey.size > mostAlone
  for (const same of byKey.values()) {
    const isAnyFull = same.some(isFull)
    if (isGrouped && isKnown(same, isAnyFull)) known[isAnyFull ? 'full' : 'quiet'].push(same)
    else alone.push(toAsked([same], isAnyFull))
  }
  const size = Math.max(1, Math.ceil((known.full.length + known.quiet.length) / mostGroups))
  return [
    ...alone,
    ...inGroups(known.quiet, size).map((group) => toAsked(group, false)),
    ...inGroups(known.full, size).map((group) => toAsked(group, true)),
  ]
}

/** Those to whom something new happened, and those of groups that have to be taken apart to tell. */
export function judgeLooks<One extends Compared>(
  asked: readonly Asked<One>[],
  looks: readonly Look[],
): { readonly changed: readonly One[]; readonly suspects: readonly One[] } {
  const changed: One[] = []
  const suspects: One[] = []
  for (const [index, { group, watched }] of asked.entries()) {
    const look = looks[index]
    if (!look) continue
    if (watched.length > 1) {
      if (!isAsKnown(watched, look)) suspects.push(...watched.flat())
      continue
    }
    const key = group.probes[0]?.key
    for (const one of watched[0] ?? []) {
      // Its follower moved on meanwhile, and is looked at anew.
      if (one.probe.key === key && takeLook(one, look)) changed.push(one)
    }
  }
  return { changed, suspects }
}

function isKnown(same: readonly Compared[], isFull: boolean): boolean {
  const [first] = same
  return same.every(
    ({ quiet, announced }) =>
      quiet !== undefined &&
      quiet === first?.quiet &&
      (!isFull || (announced !== undefined && announced === first?.announced)),
  )
}

function isAsKnown(watched: readonly (readonly Compared[])[], { quiet, announced }: Look): boolean {
  const sums = { quiet: 0, announced: 0 }
  for (const [first] of watched) {
    sums.quiet += first?.quiet ?? 0
    sums.announced += first?.announced ?? 0
  }
  return quiet === sums.quiet && (announced === undefined || announced === sums.announced)
}

function toAsked<One extends Compared>(watched: readonly (readonly One[])[], isFull: boolean): Asked<One> {
  const probes = watched.flatMap(([first]) => (first ? [first.probe] : []))
  return { group: { probes, isFull }, watched }
}

function inGroups<One>(list: readonly One[], size: number): One[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}
