import { CliError } from '../errors.ts'
import { checkShape } from '../files/check-shape.ts'
import { parseDuration } from '../words/duration.ts'
import { stringifyExact } from '../words/exact-number.ts'
import type { JsonValue } from '../workflow.ts'
import { checkCase } from './check-case.ts'
import { type CaseSpec, type TestFileSpec, testSchema } from './schema/test-schema.ts'
import type { TestCase } from './test-case.ts'
import {
  createLookup,
  environmentIn,
  type Lookup,
  substituteText,
  substituteValue,
  variablesIn,
} from './variables.ts'
import { type Path, readYaml, type YamlText } from './yaml-text.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Values = Readonly<Record<string, JsonValue>>

/** What a whole file knows. */
interface FileScope {
  readonly file: string
  readonly yaml: YamlText
  readonly env: Environment
  readonly vars: Values
  readonly spec: TestFileSpec
  readonly environment: readonly string[]
}

/** The cases of a file, in order. Throws `invalid-test-file`, with the line, for the first thing that is wrong. */
export function readTestFile(text: string, file: string, env: Environment): readonly TestCase[] {
  const yaml = readYaml(text, file)
  const checked = checkShape(testSchema, yaml.value)
  if ('problem' in checked) throw wrongAt(file, yaml.lineOf(checked.path), checked.problem, checked.hint)
  const spec = checked.value
  const vars = atPath(file, yaml, ['vars'], () => readVariables(spec.vars as Values | undefined, env))
  const environment: string[] = []
  const scope = { file, yaml, env, vars, spec, environment }
  const cases: TestCase[] = []
  for (const [index, one] of spec.cases.entries()) cases.push(...expand(scope, one, index, cases))
  // Of a text that is none nothing is told before its line is.
  const { vars: _, ...rest } = spec
  const isVariable = (name: string) => Object.hasOwn(vars, name)
  const named = [...environmentIn(spec.vars, env), ...environmentIn(rest, env, isVariable)]
  environment.push(...new Set(named))
  return cases
}

/** Each may use those before it. */
function readVariables(given: Values = {}, env: Environment): Values {
  const vars: Record<string, JsonValue> = Object.create(null)
  for (const [name, value] of Object.entries(given))
    vars[name] = substituteValue(value, createLookup([vars], env))
  return vars
}

function expand(scope: FileScope, spec: CaseSpec, index: number, earlier: readonly TestCase[]): TestCase[] {
  const { file, yaml, env, vars, environment } = scope
  const at = <Result>(path: Path, read: () => Result): Result =>
    atPath(file, yaml, ['cases', index, ...path], read)
  const saved = new Set(earlier.flatMap((one) => Object.keys(one.spec.save ?? {})))
  const lineOf = (path: Path) => yaml.lineOf(['cases', index, ...path])
  checkCase(spec, { at, isSaved: (name) => saved.has(name), vars, env })
  const needs = at(['needs'], () => findNeeds(spec, earlier))
  const cases: TestCase[] = []
  const matrices = at(['matrix'], () =>
    combine(spec.matrix as Readonly<Record<string, readonly JsonValue[]>> | undefined),
  )
  for (const matrix of matrices) {
    const lookup = createLookup([matrix, vars], env)
    const name = at(['name'], () => nameOf(spec, matrix, lookup))
    const isTaken = [...earlier, ...cases].some((one) => one.name === name)
    if (isTaken) throw wrongAt(file, lineOf(['name']), `another case is called "${name}"`)
    const path = spec.timeout === undefined ? ['timeout'] : ['cases', index, 'timeout']
    const timeout = atPath(file, yaml, path, () => timeoutOf(spec, scope.spec, lookup))
    cases.push({ file, line: lineOf([]), name, spec, matrix, vars, environment, needs, timeout, lineOf })
  }
  return cases
}

const usualTimeout = '1m'

function timeoutOf({ timeout }: CaseSpec, file: TestFileSpec, lookup: Lookup): string {
  const text = substituteText(timeout ?? file.timeout ?? usualTimeout, lookup)
  parseDuration(text)
  return text
}

/** More of one case are a mistake, or meant to fill the memory. */
const mostCombinations = 1000

/** Every combination, the last name the fastest. Throws `invalid-test-file` for more than anybody runs. */
function combine(matrix: Readonly<Record<string, readonly JsonValue[]>> = {}): readonly Values[] {
  const count = Object.values(matrix).reduce((product, values) => product * values.length, 1)
  if (count > mostCombinations)
    throw new CliError(
      'invalid-test-file',
      `a matrix makes ${mostCombinations} cases at most, and this one ${count}`,
    )
  return Object.entries(matrix).reduce<readonly Values[]>(
    (sets, [name, values]) => sets.flatMap((set) => values.map((value) => ({ ...set, [name]: value }))),
    [{}],
  )
}

function nameOf({ name }: CaseSpec, matrix: Values, lookup: Lookup): string {
  const text = substituteText(name, lookup)
  const named = new Set(variablesIn(name).map((one) => one.name))
  const others = Object.entries(matrix).filter(([key]) => !named.has(key))
  if (others.length === 0) return text
  return `${text} (${others.map(([key, value]) => `${key}=${typeof value === 'string' ? value : stringifyExact(value)}`).join(', ')})`
}

/** What it names, and what saved a variable that it uses. */
function findNeeds(spec: CaseSpec, earlier: readonly TestCase[]): readonly TestCase[] {
  const named = [spec.needs ?? []].flat()
  for (const name of named) {
    if (earlier.some((one) => one.name === name || one.spec.name === name)) continue
    throw new CliError('invalid-test-file', `no earlier case is called "${name}"`)
  }
  const { matrix = {}, ...rest } = spec
  const used = new Set(
    variablesIn(rest)
      .map(({ name }) => name.split('.')[0] ?? '')
      .filter((name) => !Object.hasOwn(matrix, name)),
  )
  return earlier.filter(
    (one) =>
      named.includes(one.name) ||
      named.includes(one.spec.name) ||
      Object.keys(one.spec.save ?? {}).some((name) => used.has(name)),
  )
}

/** What `read` throws, told with the line. */
function atPath<Result>(file: string, yaml: YamlText, path: Path, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw wrongAt(file, yaml.lineOf(path), error.message, error.hint)
  }
}

/** `smoke.yaml:12: "cases[0].wait" must be …` */
export function wrongAt(file: string, line: number, what: string, hint?: string): CliError {
  const end = /[.?!]$/.test(what) ? '' : '.'
  return new CliError('invalid-test-file', `${file}:${line}: ${what}${end}`, { hint })
}
