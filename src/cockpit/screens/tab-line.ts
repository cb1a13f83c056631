import type { Style } from '../../render/style.ts'
import { displayWidth, truncate } from '../../render/text.ts'

interface Tabs<Name extends string> {
  readonly names: readonly Name[]
  readonly chosen: Name
  readonly counts: Partial<Readonly<Record<Name, string>>>
}

/** `all  ▸running 12◂  failed`, in at most `width` cells: the counts go first, then the names of the others. */
export function tabLine<Name extends string>(tabs: Tabs<Name>, width: number, style: Style): string {
  const { names, chosen, counts } = tabs
  const withCount = (name: Name) => (counts[name] === undefined ? name : `${name} ${counts[name]}`)
  const layouts = [
    { labelOf: withCount, gap: '   ' },
    { labelOf: withCount, gap: '  ' },
    { labelOf: (name: Name) => (name === chosen ? withCount(name) : name), gap: '  ' },
    { labelOf: (name: Name) => name, gap: ' ' },
  ]
  const draw = ({ labelOf, gap }: (typeof layouts)[number], isPainted: boolean) =>
    names
      .map((name) => {
        if (name === chosen) return isPainted ? style.strong(`[${labelOf(name)}]`) : `[${labelOf(name)}]`
        return isPainted ? style.faint(labelOf(name)) : labelOf(name)
      })
      .join(gap)
  const layout = layouts.find((one) => displayWidth(draw(one, false)) <= width)
  return layout ? draw(layout, true) : nearTabs(tabs, width, style)
}

/** As many of the neighbours as fit, with what stands beyond them as `…`. */
function nearTabs<Name extends string>({ names, chosen }: Tabs<Name>, width: number, style: Style): string {
  const place = names.indexOf(chosen)
  for (let count = names.length - 1; count > 0; count--) {
    const start = Math.min(Math.max(0, place - 1), names.length - count)
    const near = names.slice(start, start + count)
    const before = start > 0 ? '… ' : ''
    const after = start + count < names.length ? ' …' : ''
    if (displayWidth(`${before}${near.join(' ')}[]${after}`) > width || !near.includes(chosen)) continue
    const drawn = near.map((name) => (name === chosen ? style.strong(`[${name}]`) : style.faint(name)))
    return `${before}${drawn.join(' ')}${after}`
  }
  return style.strong(truncate(`[${chosen}]`, width))
}

/** The next name, or the one before; a digit names one. Undefined for any other key. */
export function nextTab<Name extends string>(
  names: readonly Name[],
  chosen: Name,
  key: { readonly name: string; readonly char: string | undefined },
): Name | undefined {
  const place = names.indexOf(chosen)
  if (key.name === 'tab' || key.name === 'right') return names[(place + 1) % names.length]
  if (key.name === 'backtab' || key.name === 'left') return names.at((place - 1) % names.length)
  return /^[1-9]$/.test(key.char ?? '') ? names[Number(key.char) - 1] : undefined
}
