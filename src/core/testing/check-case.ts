import { CliError } from '../errors.ts'
import { parseCondition } from '../wait/condition.ts'
import { parseDuration } from '../words/duration.ts'
import { isExactNumber } from '../words/exact-number.ts'
import { parseStatus } from '../words/status.ts'
import { requireWorkflowId } from '../words/workflow-id.ts'
import type { JsonValue } from '../workflow.ts'
import { isAnyKind } from './expected.ts'
import type { StepSpec } from './schema/step-schema.ts'
import type { CaseSpec } from './schema/test-schema.ts'
import { createLookup, variablesIn } from './variables.ts'
import type { Path } from './yaml-text.ts'

interface Checking {
  /** Tells what is thrown with the line of the path below the case. */
  at<Result>(path: Path, read: () => Result): Result
  /** An earlier case saves a variable of this name. */
  isSaved(name: string): boolean
  readonly vars: Readonly<Record<string, JsonValue>>
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What its shape does not tell: throws for what could not be run, before anything is. */
export function checkCase(spec: CaseSpec, checking: Checking): void {
  const { at } = checking
  at([], () => {
    if ((spec.start === undefined) === (spec.attach === undefined))
      throw wrong(`"${spec.name}" needs start or attach, and not both`)
  })
  checkVariables(spec, checking)
  if (typeof spec.start === 'object') checkStart(spec.start, at)
  for (const [index, step] of (spec.do ?? []).entries()) {
    if (typeof step !== 'string') checkStep(step, (path, read) => at(['do', index, ...path], read))
  }
  checkExpect(spec.expect ?? {}, (path, read) => at(['expect', ...path], read))
  if (spec.save && spec.matrix)
    at(['save'], () => {
      throw wrong('a case with a matrix saves nothing: nobody knows which of its values is meant')
    })
}

function checkVariables({ matrix = {}, ...spec }: CaseSpec, { at, isSaved, vars, env }: Checking): void {
  const lookup = createLookup([matrix as Readonly<Record<string, JsonValue>>, vars], env)
  const known = (name: string, path: Path): boolean => {
    const [root = ''] = name.split('.')
    if (isAnyKind(name)) return path[0] === 'expect'
    return name === 'workflowId' || Object.hasOwn(matrix, root) || isSaved(root) || lookup(name) !== undefined
  }
  for (const [path, text] of textsOf(spec, [])) {
    at(path, () => {
      for (const { name, fallback } of variablesIn(text)) {
        if (fallback !== undefined || known(name, path)) continue
        if (isAnyKind(name)) throw wrong(`\${${name}} stands for what is expected, and not for what is given`)
        throw new CliError('invalid-test-file', `\${${name}} is not set`, {
          hint: `export ${name}=…, name it under vars, or write \${${name}:-default}`,
        })
      }
    })
  }
}

function* textsOf(value: unknown, path: Path): Generator<readonly [path: Path, text: string]> {
  if (typeof value === 'string') yield [path, value]
  if (typeof value !== 'object' || value === null) return
  for (const [key, one] of Object.entries(value))
    yield* textsOf(one, [...path, Array.isArray(value) ? Number(key) : key])
}

function checkStart(start: Exclude<CaseSpec['start'], string | undefined>, at: Checking['at']): void {
  for (const key of ['delay', 'workflowTimeout'] as const)
    at(['start', key], () => checkText(start[key], parseDuration))
  at(['start', 'id'], () => checkText(start.id, requireWorkflowId))
  for (const key of ['args', 'named', 'attr', 'send'] as const)
    at(['start', key], () => refuseLongNumbers(start[key]))
}

function checkStep(step: StepSpec, at: Checking['at']): void {
  const { wait, send, approve, reject, timeout } = step
  for (const text of [wait ?? []].flat()) at(['wait'], () => checkText(text, parseLiving))
  at(['timeout'], () => checkText(timeout, parseDuration))
  at(['send'], () => refuseLongNumbers(send?.message))
  for (const [key, answer] of Object.entries({ approve, reject }))
    at([key], () => typeof answer === 'object' && refuseLongNumbers(answer?.data))
}

function checkExpect({ status, within }: NonNullable<CaseSpec['expect']>, at: Checking['at']): void {
  for (const text of [status ?? []].flat()) at(['status'], () => checkText(text, parseStatus))
  at(['within'], () => checkText(within, parseDuration))
}

/** As far as it is known before variables are. */
/** A case is over once its workflow has ended: it sees nothing deleted. */
function parseLiving(text: string): void {
  if (parseCondition(text).kind === 'deleted') throw wrong('no case can wait for "deleted"')
}

function checkText(text: string | undefined, parse: (text: string) => unknown): void {
  if (text !== undefined && variablesIn(text).length === 0) parse(text)
}

/** What a workflow is given goes through numbers of JavaScript. */
function refuseLongNumbers(value: unknown): void {
  if (isExactNumber(value))
    throw wrong(`the number ${value} would arrive as ${Number(value)}: put it in quotes`)
  if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) refuseLongNumbers(one)
}

function wrong(what: string): CliError {
  return new CliError('invalid-test-file', what)
}
