import { expect, test } from 'vitest'
import { createStyle } from '../../src/render/style.ts'
import { displayWidth } from '../../src/render/text.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { createScreens, screenNow, type Texts } from '../support/screens.ts'

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
const names = Object.keys(screens)

test.each(names)('%s, as it stands on each screen', async (name) => {
  const frames = sizes.map(([width, height]) => {
    const lines = screens[name]?.({ style: createStyle(0), width, now: screenNow }, height) ?? []
    return [`${width}×${height}`, ...lines].join('\n')
  })
  await expect(`${frames.join('\n\n')}\n`).toMatchFileSnapshot(`golden/${name.replaceAll(/\W+/g, '-')}.txt`)
})

test.each(names)('%s with wide characters', async (name) => {
  const lines = wideScreens[name]?.({ style: createStyle(0), width: 80, now: screenNow }, 24) ?? []
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/${name.replaceAll(/\W+/g, '-')}-wide.txt`)
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
