import { CliError } from '../errors.ts'
import type { JsonValue } from '../workflow.ts'
import { createInterpreter, type Interpreter, withMarkedLiterals } from './exact-jmespath.ts'

/** What an expression in JMESPath (https://jmespath.org) finds in a value; null where there is nothing. Throws `invalid-argument`. */
export async function parseQuery(expression: string): Promise<(value: JsonValue) => JsonValue> {
  const jmespath = await import('@jmespath-community/jmespath')
  const refuse = (cause: unknown): CliError =>
    new CliError('invalid-argument', `The query ${expression} is not JMESPath: ${messageOf(cause)}.`, {
      hint: "as in --query '[].workflowId' or --query status",
      cause,
    })
  let tree: ReturnType<typeof jmespath.compile>
  try {
    tree = jmespath.compile(withMarkedLiterals(expression))
  } catch (cause) {
    throw refuse(cause)
  }
  const interpreter = createInterpreter(jmespath)
  return (value) => {
    try {
      const found = interpreter.search(tree, value as Parameters<Interpreter['search']>[1])
      return (found as JsonValue | undefined) ?? null
    } catch (cause) {
      throw refuse(cause)
    }
  }
}

function messageOf(cause: unknown): string {
  return (cause as Error).message.replace(/\.$/, '')
}
