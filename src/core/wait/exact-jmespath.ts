import { isDeepStrictEqual } from 'node:util'
import { compareNumbers, isExactNumber, marks, withPlainNumbers } from '../words/exact-number.ts'
import type { JsonValue } from '../workflow.ts'

type Jmespath = typeof import('@jmespath-community/jmespath')
export type Tree = ReturnType<Jmespath['compile']>

/** The expression, its literals exact for the interpreter below. In quotes of either kind there is none. */
export function withMarkedLiterals(expression: string): string {
  return expression.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/gs, (quoted) =>
    quoted.startsWith('`') ? marks.add(quoted) : quoted,
  )
}

export type Interpreter = Jmespath['TreeInterpreter']

/** Compares numbers to their last digit; whatever computes with them gets numbers of JavaScript. */
export function createInterpreter({ TreeInterpreter }: Jmespath): Interpreter {
  let computing = 0
  const exact: Interpreter = Object.create(TreeInterpreter)
  exact.visit = (node, value) => {
    const computes = ['Function', 'Arithmetic', 'Unary'].includes(node.type)
    if (computes) computing++
    try {
      const found = node.type === 'Comparator' ? compare(exact, node, value) : undefined
      const result = found ?? TreeInterpreter.visit.call(exact, node, value)
      const revived = node.type === 'Literal' ? (marks.revive(result as JsonValue) as typeof result) : result
      return computing > 0 ? withPlainNumbers(revived) : revived
    } finally {
      if (computes) computing--
    }
  }
  return exact
}

/** Undefined where JMESPath itself compares as well. */
function compare(
  interpreter: Interpreter,
  node: Extract<Tree, { type: 'Comparator' }>,
  value: Parameters<Interpreter['visit']>[1],
): boolean | undefined {
  const [left, right] = [interpreter.visit(node.left, value), interpreter.visit(node.right, value)]
  if (withPlainNumbers(left) === left && withPlainNumbers(right) === right) return undefined
  const areNumbers = [left, right].every((one) => typeof one === 'number' || isExactNumber(one))
  const difference = areNumbers
    ? compareNumbers(left as number, right as number)
    : isDeepStrictEqual(left, right)
      ? 0
      : Number.NaN
  switch (node.name) {
    case 'EQ':
      return difference === 0
    case 'NE':
      return difference !== 0
    case 'GT':
      return difference > 0
    case 'GTE':
      return difference >= 0
    case 'LT':
      return difference < 0
    case 'LTE':
      return difference <= 0
  }
}
