import { expect, test } from 'vitest'
import { createStyle } from '../../src/render/style.ts'
import { displayWidth } from '../../src/render/text.ts'
import { hostileMix, hostileTexts } from '../support/hostile-texts.ts'
import { createScreens, type DrawScreen, screenNow, type Texts } from '../support/screens.ts'
import { showStyles } from '../support/show-styles.ts'

const sizes = [
  [120, 40],
  [80, 24],
  [40, 15],
] as const

const usual: Texts = { id: (name) => name, text: (text) => text }
const wide: Texts = {
  id: (name) => `注文-${name}`,
  text: (text) => text.replaceAll(/[aeiou]/g, '語'),
}

/** Escapes, line breaks and writing from right to left, wherever a text may stand. */
const hostileOf = (hostile: string): Texts => ({ id: (name) => name, text: () => hostile })

const screens = await createScreens(usual)
const wideScreens = await createScreens(wide)
const hostileScreens = await createScreens(hostileOf(hostileMix))
const names = Object.keys(screens)

/** Three sizes, each without colour and with it. */
function framesOf(draw: DrawScreen | undefined): string {
  const frames = sizes.flatMap(([width, height]) => {
    const at = (level: 0 | 1) =>
      draw?.({ style: createStyle(level), width, now: screenNow }, height).map((line) => line.trimEnd()) ?? []
    return [
      [`── ${width}×${height} ──`, ...at(0)].join('\n'),
      [`── ${width}×${height}, in colour ──`, ...at(1).map(showStyles)].join('\n'),
    ]
  })
  return `${frames.join('\n\n')}\n`
}

test.each(names)('%s, as it stands on each screen', async (name) => {
  const file = name.replaceAll(/\W+/g, '-')
  await expect(framesOf(screens[name])).toMatchFileSnapshot(`golden/${file}.txt`)
  await expect(framesOf(wideScreens[name])).toMatchFileSnapshot(`golden/${file}-wide.txt`)
  await expect(framesOf(hostileScreens[name])).toMatchFileSnapshot(`golden/${file}-hostile.txt`)
})

// biome-ignore lint/suspicious/noControlCharactersInRegex: the styles are ours
const styles = /\x1b\[\d+m/g

test.each(names)('%s says the same in colour, and no line is wider than its screen', (name) => {
  for (const set of [screens, wideScreens]) {
    for (const [width, height] of sizes) {
      const frame = { width, now: screenNow }
      const plain = set[name]?.({ ...frame, style: createStyle(0) }, height) ?? []
      const colored = set[name]?.({ ...frame, style: createStyle(1) }, height) ?? []
      expect(plain.join('\n')).not.toContain('\x1b')
      expect(colored.map((line) => line.replaceAll(styles, '').trimEnd())).toEqual(
        plain.map((line) => line.trimEnd()),
      )
      expect(Math.max(...plain.map(displayWidth)), name).toBeLessThanOrEqual(width)
    }
  }
})

test.each(hostileTexts)('no screen lets %j through', async (hostile) => {
  const drawn = await createScreens(hostileOf(hostile))
  for (const [name, draw] of Object.entries(drawn)) {
    for (const [width, height] of sizes) {
      const lines = draw({ style: createStyle(0), width, now: screenNow }, height)
      const text = lines.join('')
      expect(text, name).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u)
      expect(Math.max(...lines.map(displayWidth)), name).toBeLessThanOrEqual(width)
    }
  }
})
