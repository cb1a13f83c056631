import { readFileSync } from 'node:fs'
import path from 'node:path'

const outputs = () => readFileSync(path.join(import.meta.dirname, '../../docs/output.md'), 'utf8')

/** The keys in the first table under a heading of docs/output.md, in their order. */
export function documentedKeys(heading: string): string[] {
  const section = outputs().split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const firstTable = section.split('\n\n').find((block) => block.startsWith('| key |')) ?? ''
  return [...firstTable.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, key = '']) => key),
  )
}
