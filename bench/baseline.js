import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const file = path.join(import.meta.dirname, 'baseline.json')
const tolerance = 0.05
/** A block or two of a small number are more than that. */
const fewBlocks = 5

export function readBaseline() {
  return JSON.parse(readFileSync(file, 'utf8'))
}

export function saveBaseline({ blks }) {
  writeFileSync(file, `${JSON.stringify({ node: process.version, blks }, null, 2)}\n`)
}

/** A sentence for each command that differs by more than 5 % and 5 blocks; one that was not saved has none. */
export function differencesFrom(saved, measured) {
  const changed = Object.entries(measured).filter(
    ([name, blocks]) =>
      name in saved && Math.abs(blocks - saved[name]) > Math.max(fewBlocks, saved[name] * tolerance),
  )
  const describe = ([name, blocks]) => `${name}: ${blocks} blks, ${saved[name]} before`
  return {
    more: changed.filter(([name, blocks]) => blocks > saved[name]).map(describe),
    fewer: changed.filter(([name, blocks]) => blocks < saved[name]).map(describe),
  }
}
