/** Texts of code points from everywhere, most of them rare: the same ones for a seed. Without NUL and halves of pairs, which Postgres refuses. */
export function randomTexts(count: number, seed = 1): readonly string[] {
  const random = randomNumbers(seed)
  const pick = <One>(list: readonly One[]) => list[Math.floor(random() * list.length)] as One
  const codePoint = (): number => {
    const [first, last] = pick(ranges)
    const code = first + Math.floor(random() * (last - first + 1))
    return code >= 0xd800 && code <= 0xdfff ? 0x2028 : code
  }
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(random() * 12) }, () => String.fromCodePoint(codePoint())).join(''),
  )
}

/** By what may go wrong with them; each is as likely as any other. */
const ranges: readonly (readonly [number, number])[] = [
  [0x01, 0x1f],
  [0x20, 0x2f],
  [0x3a, 0x40],
  [0x5b, 0x60],
  [0x61, 0x7f],
  [0x7f, 0xa0],
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x600, 0x61c],
  [0x900, 0x94f],
  [0x1f3, 0x24f],
  [0x1680, 0x1680],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x2000, 0x206f],
  [0x2800, 0x2802],
  [0x3000, 0x3003],
  [0x3164, 0x3164],
  [0x845b, 0x8465],
  [0xe000, 0xe003],
  [0xfdd0, 0xfdef],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xfff0, 0xffff],
  [0x1f3f4, 0x1f3ff],
  [0x1f466, 0x1f469],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0x1fffe, 0x1ffff],
  [0xe0000, 0xe01ef],
  [0x10fffe, 0x10ffff],
  [0x01, 0x10ffff],
]

/** Mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
