import { CliError } from '../errors.ts'
import { command } from '../words/command-line.ts'
import { stringifyExact } from '../words/exact-number.ts'
import type { JsonValue } from '../workflow.ts'
import { createInterpreter, type Interpreter, type Tree, withMarkedLiterals } from './exact-jmespath.ts'

/** What must hold of a value, in JMESPath (https://jmespath.org). */
export interface Assertion {
  readonly expression: string
  /** Undefined when it holds; else what the value gave instead. */
  check(value: JsonValue): string | undefined
}

/** Throws `invalid-argument` for what is no JMESPath. */
export async function parseAssertions(expressions: readonly string[]): Promise<readonly Assertion[]> {
  if (expressions.length === 0) return []
  const jmespath = await import('@jmespath-community/jmespath')
  return expressions.map((expression) => {
    try {
      const tree = jmespath.compile(withMarkedLiterals(expression))
      return { expression, check: (value) => checkTree(createInterpreter(jmespath), tree, value) }
    } catch (cause) {
      throw new CliError(
        'invalid-argument',
        `The assertion ${expression} is not JMESPath: ${(cause as Error).message}.`,
        { hint: "as in --assert \"status == 'completed'\" or --assert 'total > `10`'", cause },
      )
    }
  })
}

function checkTree(interpreter: Interpreter, tree: Tree, value: JsonValue): string | undefined {
  const evaluate = (part: Tree): unknown =>
    interpreter.search(part, value as Parameters<Interpreter['search']>[1])
  try {
    const result = evaluate(tree)
    if (isTrue(result)) return undefined
    if (tree.type !== 'Comparator') return `it is ${stringifyExact(result)}`
    return `on the left is ${stringifyExact(evaluate(tree.left))}, on the right ${stringifyExact(evaluate(tree.right))}`
  } catch (error) {
    return (error as Error).message.replace(/\.$/, '')
  }
}

/** As JMESPath itself has it: null, false and everything empty are not true; the number 0 is. */
function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** Throws `assertion-failed` for the first that does not hold. */
export function requireAssertions(
  assertions: readonly Assertion[],
  workflowId: string,
  value: JsonValue,
): void {
  for (const { expression, check } of assertions) {
    const instead = check(value)
    if (instead === undefined) continue
    throw new CliError('assertion-failed', `${workflowId}: ${expression} does not hold: ${instead}.`, {
      hint: command('get', [workflowId]),
      quotes: instead,
    })
  }
}
