import { CliError } from '../errors.ts'
import { parseAssertions } from '../wait/assertion.ts'
import { parseQuery } from '../wait/query.ts'
import { wrongAt } from './read-test-file.ts'
import type { TestCase } from './test-case.ts'
import { variablesIn } from './variables.ts'
import type { Path } from './yaml-text.ts'

/** Throws `invalid-test-file` with the line of the first that is no JMESPath, as far as that is known before variables are. */
export async function checkExpressions(cases: readonly TestCase[]): Promise<void> {
  for (const test of cases) {
    for (const [path, text, isQuery] of expressionsOf(test)) {
      if (variablesIn(text).length > 0) continue
      try {
        await (isQuery ? parseQuery(text) : parseAssertions([text]))
      } catch (error) {
        if (!(error instanceof CliError)) throw error
        throw wrongAt(test.file, test.lineOf(path), error.message, error.hint)
      }
    }
  }
}

function* expressionsOf({
  spec,
}: TestCase): Generator<readonly [path: Path, text: string, isQuery: boolean]> {
  for (const [index, step] of (spec.do ?? []).entries())
    if (typeof step === 'object') yield* textsAt(['do', index, 'assert'], step.assert)
  for (const [path, holder] of assertersOf(spec.expect ?? {})) {
    const { assert } = holder as { readonly assert?: string | readonly string[] }
    yield* textsAt(['expect', ...path, 'assert'], assert)
  }
  for (const [name, text] of Object.entries(spec.save ?? {})) yield [['save', name], text, true]
}

function* textsAt(
  path: Path,
  texts: string | readonly string[] = [],
): Generator<readonly [path: Path, text: string, isQuery: boolean]> {
  if (typeof texts === 'string') yield [path, texts, false]
  else for (const [index, text] of texts.entries()) yield [[...path, index], text, false]
}

/** Whatever may have `assert` below `expect`. */
function assertersOf(expect: NonNullable<TestCase['spec']['expect']>): readonly (readonly [Path, object])[] {
  const { steps, messages, children, streams = {} } = expect
  const lists = Object.entries({ steps, messages, children }).map(([key, one]) => [[key], one] as const)
  const others = Object.entries(streams).map(([key, one]) => [['streams', key], one] as const)
  return [[[], expect] as const, ...lists, ...others].flatMap(([path, one]) =>
    typeof one === 'object' && !Array.isArray(one) ? [[path, one] as const] : [],
  )
}
