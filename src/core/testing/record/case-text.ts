import { Document, isMap, isScalar, Scalar, type ScalarTag, visit } from 'yaml'
import { command, renderCommand } from '../../words/command-line.ts'
import { escapeName } from '../../words/escape-controls.ts'
import { isExactNumber } from '../../words/exact-number.ts'
import type { JsonValue } from '../../workflow.ts'

/** A file with one case, for editors and for people. */
export function renderCase(recorded: { readonly [key: string]: JsonValue }, workflowId: string): string {
  const document = new Document(
    { cases: [recorded] },
    (_, value) => (isExactNumber(value) ? new Digits(String(value)) : value),
    { customTags: (tags) => [...tags, digitsTag] },
  )
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && mustBeQuoted(node.value)) node.type = Scalar.QUOTE_DOUBLE
    },
    Seq: (_, node) => {
      node.flow = isShort(node.items)
      for (const item of node.items)
        if (isMap(item) && item.items.length > 1)
          item.flow = isShort(item.items.flatMap(({ key, value }) => [key, value]))
    },
  })
  const text = document.toString({ lineWidth: 100, flowCollectionPadding: false })
  return [
    '# yaml-language-server: $schema=node_modules/drover/docs/drover.test.schema.json',
    `# ${escapeName(renderCommand(command('test', [], { '--record': workflowId })))}`,
    withEscapes(text),
  ].join('\n')
}

/** Of a number, all of them: as a number of JavaScript it would lose some, or be infinite. */
class Digits {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

const digitsTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value) => value instanceof Digits,
  resolve: (text) => text,
  stringify: ({ value }) => String(value),
}

/** What a terminal may act on, or what nobody sees, stands in double quotes: there it has an escape. A bare `<<` merges. */
function mustBeQuoted(text: string): boolean {
  return text === '<<' || [...text].some(isDeceptive)
}

function isDeceptive(character: string): boolean {
  return character !== '\n' && escapeName(character) !== character
}

function withEscapes(text: string): string {
  return [...text].map((character) => (isDeceptive(character) ? toEscape(character) : character)).join('')
}

function toEscape(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
}

const shortWidth = 80

/** Scalars that stand in one line. */
function isShort(items: readonly unknown[]): boolean {
  const lengths = items.map((item) => (isScalar(item) ? String(item.value).length : Number.POSITIVE_INFINITY))
  return lengths.reduce((sum, length) => sum + length + 2, 0) <= shortWidth
}
