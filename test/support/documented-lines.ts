import { readFileSync } from 'node:fs'
import path from 'node:path'

export const repository = path.join(import.meta.dirname, '../..')

/** The command lines of a document, in their order: blocks of `sh`, lines after a prompt, and code within a sentence. */
export function readLines(file: string): readonly string[] {
  return findLines(readFileSync(path.join(repository, file), 'utf8'))
}

export function findLines(text: string): readonly string[] {
  const found: string[] = []
  let language: string | undefined
  for (const line of text.split('\n')) {
    const [, fence] = /^```(.*)$/.exec(line) ?? []
    if (fence !== undefined) language = language === undefined ? fence : undefined
    else if (language === 'sh' && line.trim() !== '') found.push(withoutComment(line))
    else if (language === '' && line.startsWith('$ ')) found.push(line.slice(2))
    else if (language === undefined) found.push(...findInline(line))
  }
  return [...new Set(found)]
}

/** What is only the name of a command, or has a placeholder, is told apart by whoever runs them. */
function findInline(line: string): string[] {
  return [...line.matchAll(/`((?:drover|node bin\/drover\.js|npm|npx) [^`]+)`/g)].map(([, code = '']) => code)
}

function withoutComment(line: string): string {
  return line.replace(/\s+#\s.*$/, '').trim()
}

/** The first block of code of this language below a heading. */
export function readBlock(file: string, heading: string, language: string): string {
  const section = readFileSync(path.join(repository, file), 'utf8').split(`# ${heading}\n`)[1] ?? ''
  const [, block] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(section) ?? []
  if (block === undefined) throw new Error(`${file} has no ${language} below ${heading}`)
  return block
}
