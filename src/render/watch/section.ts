/** Who gets lines first on a short screen. */
export const priorities = {
  header: 0,
  outcome: 1,
  notice: 1,
  waits: 2,
  progress: 3,
  events: 4,
  steps: 5,
  stream: 5,
  children: 5,
  unread: 6,
  space: 9,
} as const

/** A part of a screen that can be drawn in fewer or more rows. */
export interface Section {
  /** The lowest number gets its rows first. */
  readonly priority: number
  /** Below this many rows it is left out. */
  readonly least: number
  readonly most: number
  /** At most `rows` lines, where `least <= rows <= most`. */
  readonly draw: (rows: number) => readonly string[]
}

/** A section that is drawn whole or not at all. */
export function solid(priority: number, lines: readonly string[]): Section {
  return { priority, least: lines.length, most: lines.length, draw: () => lines }
}

/** Draws the sections in their order in at most `height` lines: first the least of each, then row by row for all alike. */
export function drawSections(sections: readonly Section[], height: number): string[] {
  const byPriority = sections.filter(({ most }) => most > 0).sort((a, b) => a.priority - b.priority)
  const rowsOf = new Map<Section, number>()
  let left = height
  for (const section of byPriority) {
    if (section.least > left) continue
    rowsOf.set(section, section.least)
    left -= section.least
  }
  const grow = () => {
    const growing = [...rowsOf].filter(([{ most }, rows]) => rows < most)
    for (const [section, rows] of growing) {
      if (left < 1) return false
      rowsOf.set(section, rows + 1)
      left -= 1
    }
    return growing.length > 0
  }
  while (grow()) {
    // until nobody wants more, or nothing is left
  }
  return sections.flatMap((section) => {
    const rows = rowsOf.get(section)
    return rows === undefined ? [] : section.draw(rows).slice(0, rows)
  })
}
