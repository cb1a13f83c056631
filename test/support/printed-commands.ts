import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const source = path.join(import.meta.dirname, '../../src')

/** A word of a command: as the source says it, or `undefined` for a name or value that comes from elsewhere. */
export type PrintedWord = string | undefined

/** A place in the source that makes a command, in one of the forms that it may take. */
export interface PrintedCommand {
  readonly at: string
  readonly words: string
  readonly operands: readonly PrintedWord[]
  /** By flag; `true` stands alone. */
  readonly options: readonly (readonly [flag: string, value: PrintedWord | true])[]
}

/** What the source names by a variable. */
const verbs: Readonly<Record<string, readonly string[]>> = {
  // Any command with its help: one alone, one of a group, and a group.
  'cli/usage-error.ts': ['list', 'queues set', 'db'],
  'cli/unknown-command.ts': ['list', 'queues', 'schedules'],
  'cli/slips/moved-operand.ts': ['queues', 'workers', 'inbox'],
  'commands/answer/decide.ts': ['approve', 'reject'],
  'commands/answer/select-waits.ts': ['approve', 'reject'],
  'commands/understand/audit.ts': ['audit init', 'audit verify'],
  'core/decide/decision.ts': ['approve', 'reject'],
  'core/decide/settle-decision.ts': ['approve', 'reject'],
  'frame/bulk/bulk.ts': ['cancel', 'resume', 'delete'],
  'core/manage/ledger.ts': ['cancel', 'resume', 'delete'],
  'commands/manage/from-step.ts': ['fork', 'rewind'],
  'commands/platform/queue-settings.ts': ['queues create', 'queues set'],
  'commands/platform/platform-result.ts': ['queues', 'schedules'],
}

/** Every command that any source file makes with the builder: it is called by name, and its words are literals. */
export function printedCommands(): readonly PrintedCommand[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== path.join('core', 'words', 'command-line.ts'))
    .flatMap((file) => commandsOf(file.split(path.sep).join('/')))
}

function commandsOf(file: string): PrintedCommand[] {
  const text = readFileSync(path.join(source, file), 'utf8')
  if (!text.includes('command-line.ts')) return []
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: PrintedCommand[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'command') {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart())
      found.push(...formsOf(node, file, `${file}:${line + 1}`))
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function formsOf(call: ts.CallExpression, file: string, at: string): PrintedCommand[] {
  const [first, second, third] = call.arguments
  const operands = second === undefined ? [] : wordsIn(second)
  const options = third === undefined ? [] : optionsIn(third)
  return literalsOf(first, file, at).map((words) => ({ at, words, operands, options }))
}

/** What a string may be: the literal, both sides of a choice, or what the table says of a variable. */
function literalsOf(node: ts.Node | undefined, file: string, at: string): readonly string[] {
  if (node && ts.isStringLiteralLike(node)) return [node.text]
  if (node && ts.isConditionalExpression(node))
    return [...literalsOf(node.whenTrue, file, at), ...literalsOf(node.whenFalse, file, at)]
  const known = verbs[file]
  if (known) return known
  throw new Error(`${at}: which command is ${node?.getText()}? Name it in test/support/printed-commands.ts.`)
}

/** The operands; what is spread or computed may be any. */
function wordsIn(node: ts.Node): PrintedWord[] {
  if (!ts.isArrayLiteralExpression(node)) return [undefined]
  return node.elements.map((element) => (ts.isStringLiteralLike(element) ? element.text : undefined))
}

/** Each option that may be there, also of objects that are spread into this one. */
function optionsIn(node: ts.Node): (readonly [string, PrintedWord | true])[] {
  const found: (readonly [string, PrintedWord | true])[] = []
  const visit = (child: ts.Node): void => {
    if (ts.isPropertyAssignment(child) && ts.isStringLiteralLike(child.name)) {
      found.push([child.name.text, literalValue(child.initializer)])
      return
    }
    ts.forEachChild(child, visit)
  }
  visit(node)
  return found
}

function literalValue(node: ts.Expression): PrintedWord | true {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return node.text
  return undefined
}
