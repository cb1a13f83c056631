import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { CliError } from '../errors.ts'
import { parseExact } from '../words/exact-number.ts'
import type { JsonValue } from '../workflow.ts'

/** Keys and indexes from the top of a file down. */
export type Path = readonly (string | number)[]

/** A YAML file as a value of JSON, its numbers to their last digit, and where each part of it stands. */
export interface YamlText {
  readonly value: JsonValue
  /** Of what stands at this path, from 1 on; of the nearest above it where nothing does. */
  lineOf(path: Path): number
}

type Node = Alias | Scalar | YAMLMap | YAMLSeq

/** More than anybody writes, and less than a few aliases of aliases make. */
const mostNodes = 100_000

/** Throws `invalid-test-file` with the line where it is no YAML, or has what JSON has no word for. */
export function readYaml(text: string, file: string): YamlText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' })
  const lineAt = (offset: number | undefined): number =>
    offset === undefined ? 1 : lines.linePos(offset).line
  const refuse = (offset: number | undefined, what: string): CliError =>
    new CliError('invalid-test-file', `${file}:${lineAt(offset)}: ${what}.`)
  const [first] = document.errors
  if (first) throw refuse(first.pos[0], `this is not YAML: ${first.message.replace(/\.$/, '')}`)
  const value = toValue(document, refuse)
  return { value, lineOf: (path) => lineAt(offsetOf(document, path)) }
}

function toValue(
  document: Document,
  refuse: (offset: number | undefined, what: string) => CliError,
): JsonValue {
  let count = 0
  const open = new Set<unknown>()

  const read = (node: unknown): JsonValue => {
    count += 1
    if (count > mostNodes) throw refuse(undefined, 'it is too large')
    if (node === null || node === undefined) return null
    if (isAlias(node)) return readAlias(node)
    if (isScalar(node)) return readScalar(node)
    if (isSeq(node)) return node.items.map(read)
    if (isMap(node)) return Object.fromEntries(node.items.flatMap(readPair))
    throw refuse((node as Node).range?.[0], 'this is no value of JSON')
  }

  const readAlias = (alias: Alias): JsonValue => {
    const target = alias.resolve(document)
    if (!target || open.has(target)) throw refuse(alias.range?.[0], `*${alias.source} has no end`)
    open.add(target)
    const value = read(target)
    open.delete(target)
    return value
  }

  const readScalar = ({ value, source, range }: Scalar): JsonValue => {
    if (typeof value === 'number' && source !== undefined && isJsonNumber(source)) return parseExact(source)
    if (typeof value === 'number' && !Number.isFinite(value))
      throw refuse(range?.[0], `${source} is no number of JSON`)
    if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return value as JsonValue
    throw refuse(range?.[0], 'this is no value of JSON')
  }

  /** `<<: *name` stands for the keys of what is named so. */
  const readPair = ({ key, value }: Pair): (readonly [string, JsonValue])[] => {
    const name = isScalar(key) ? String(key.value) : undefined
    if (name === undefined) throw refuse((key as Node | null)?.range?.[0], 'a key is a text')
    const read1 = read(value)
    if (name !== '<<' || (key as Scalar).type !== 'PLAIN') return [[name, read1]]
    return [read1].flat().flatMap((one) => Object.entries(one as object) as [string, JsonValue][])
  }

  return read(document.contents)
}

function isJsonNumber(source: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(source)
}

/** Of a key itself where it is one of a map: that is where somebody looks. */
function offsetOf(document: Document, path: Path): number | undefined {
  let node: unknown = document.contents
  let offset = (node as Node | null)?.range?.[0]
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!isPair(pair)) return offset
      offset = (pair.key as Scalar).range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      if (node === undefined) return offset
      offset = (node as Node | null)?.range?.[0] ?? offset
    } else return offset
  }
  return offset
}
