import { isDeepStrictEqual } from 'node:util'
import type { Change, ChangeType } from '../change.ts'
import { CliError } from '../errors.ts'
import { command } from '../words/command-line.ts'
import { compareNumbers, isExactNumber, stringifyExact } from '../words/exact-number.ts'
import { parseExactJson } from '../words/json.ts'
import { isEnded, type JsonValue, type Wait, type WorkflowStatus, workflowStatuses } from '../workflow.ts'
import { findByPath, valueAt } from './value-path.ts'

const operators = ['!=', '<=', '>=', '=', '<', '>'] as const
type Operator = (typeof operators)[number]

interface Comparison {
  readonly operator: Operator
  readonly operand: JsonValue
}

/** Of the latest value of an event, or of any value of a stream. */
export interface KeyedCondition {
  readonly kind: 'event' | 'stream'
  /** The name of the event or stream, and after a dot perhaps the way into its value. */
  readonly path: string
  /** The path is a name and nothing more. */
  readonly isName?: boolean
  /** Null: any value will do. */
  readonly comparison: Comparison | null
}

/** What `wait --for` can wait for. */
export type Condition =
  | { readonly kind: 'ended' }
  | { readonly kind: 'status'; readonly status: WorkflowStatus }
  | KeyedCondition
  | { readonly kind: 'step'; readonly name: string }
  | { readonly kind: 'message' }
  /** Of what it returned: undefined is all of it. */
  | { readonly kind: 'result'; readonly path: string | undefined; readonly comparison: Comparison | null }
  /** It is there, by now. */
  | { readonly kind: 'created' }
  /** It is not there any more: nothing else can be waited for besides. */
  | { readonly kind: 'deleted' }

/** The text that a condition is typed as. Throws `invalid-argument`. */
export function parseCondition(text: string): Condition {
  if (text === 'ended' || text === 'status=ended') return { kind: 'ended' }
  if (text === 'message' || text === 'created' || text === 'deleted') return { kind: text }
  if (text.startsWith('status=')) return parseStatus(text)
  if (text.startsWith('step:') && text.length > 5) return { kind: 'step', name: text.slice(5) }
  const keyed = /^(event|stream):(.+)$/s.exec(text)
  if (keyed) return parseKeyed(keyed[1] as 'event' | 'stream', keyed[2] ?? '')
  const ofResult = /^result(?=$|[.!<>=])\.?(.*)$/s.exec(text)
  if (ofResult && text !== 'result.') return parseResult(ofResult[1] ?? '')
  throw new CliError('invalid-argument', `"${text}" is not a condition.`, {
    hint: 'ended, status=SUCCESS, result.PATH=JSON, event:KEY, event:KEY=JSON, event:KEY.PATH>=JSON, stream:KEY, step:NAME, message, created or deleted',
  })
}

/** All of these must hold. Throws `invalid-argument`, also where nothing could be left to hold. */
export function parseConditions(texts: readonly string[]): readonly Condition[] {
  const conditions = texts.map(parseCondition)
  if (conditions.length === 1 || !conditions.some(({ kind }) => kind === 'deleted')) return conditions
  throw new CliError('invalid-argument', 'What is deleted meets no other condition: wait for that alone.', {
    hint: command('wait', ['ID'], { '--for': 'deleted' }),
  })
}

function parseStatus(text: string): Condition {
  const status = workflowStatuses.find((name) => name === text.slice('status='.length).toUpperCase())
  if (status) return { kind: 'status', status }
  throw new CliError('invalid-argument', `"${text}" names no status.`, { hint: workflowStatuses.join(', ') })
}

function parseKeyed(kind: 'event' | 'stream', text: string): Condition {
  const { path, operator, operand } = splitComparison(text)
  // A name may begin like a comparison.
  if (path === '') return { kind, path: text, comparison: null }
  return { kind, path, comparison: parseComparison(operator, operand) }
}

function parseResult(text: string): Condition {
  const { path, operator, operand } = splitComparison(text)
  return {
    kind: 'result',
    path: path === '' ? undefined : path,
    comparison: parseComparison(operator, operand),
  }
}

function splitComparison(text: string) {
  const [, path = text, operator, operand = ''] = /^(.*?)(!=|<=|>=|==?|<|>)(.*)$/s.exec(text) ?? []
  return { path, operator, operand }
}

function parseComparison(operator: string | undefined, operand: string): Comparison | null {
  if (operator === undefined) return null
  return { operator: operator === '==' ? '=' : (operator as Operator), operand: parseOperand(operand) }
}

/** `event:status=completed` is meant as a string; anything that looks like JSON must be JSON. */
function parseOperand(text: string): JsonValue {
  const isBareWord = /^[\p{L}_][\p{L}\p{N}_. -]*$/u.test(text) && !['true', 'false', 'null'].includes(text)
  return isBareWord ? text : parseExactJson(text, `The value "${text}"`)
}

/** An id may be unknown to it. */
export function isAboutPresence({ kind }: Condition): boolean {
  return kind === 'created' || kind === 'deleted'
}

/** The kinds of change that can meet this condition; a status change always comes along. */
export function changeTypesFor(condition: Condition): readonly ChangeType[] {
  switch (condition.kind) {
    case 'ended':
    case 'status':
    case 'result':
    case 'created':
    case 'deleted':
      return ['status']
    case 'event':
      return ['status', 'event']
    case 'stream':
      return ['status', 'stream']
    case 'step':
      return ['status', 'step']
    case 'message':
      return ['status', 'waits']
    default:
      return condition satisfies never
  }
}

/** The last value of each event and stream so far, with that of the change. */
export type SeenValues = Readonly<Record<KeyedCondition['kind'], ReadonlyMap<string, JsonValue>>>

/** What met the condition: `value` is printed as the result of `wait`. Undefined while it is not met. */
export function meets(
  condition: Condition,
  change: Change,
  seen: SeenValues,
): { readonly value: JsonValue } | undefined {
  switch (condition.kind) {
    case 'ended':
      return change.type === 'status' && isEnded(change.workflow.status)
        ? { value: change.workflow.output }
        : undefined
    case 'status':
      return change.type === 'status' && change.workflow.status === condition.status
        ? { value: change.workflow.output }
        : undefined
    case 'result':
      return change.type === 'status' && change.workflow.status === 'SUCCESS'
        ? meetsResult(condition, change.workflow.output)
        : undefined
    case 'created':
      return { value: change.workflowId }
    case 'deleted':
      return undefined
    case 'event':
    case 'stream':
      return change.type === condition.kind ? meetsValue(condition, change.key, seen) : undefined
    case 'step':
      return change.type === 'step' && change.step.name === condition.name
        ? { value: change.step.output }
        : undefined
    case 'message': {
      if (change.type !== 'waits') return undefined
      const open = change.waits.find(({ state }) => state === 'waiting')
      return open ? { value: waitAsValue(open) } : undefined
    }
    default:
      return condition satisfies never
  }
}

/** Of what was published under `key` just now. */
export function meetsValue(
  { kind, path, isName = false, comparison }: KeyedCondition,
  key: string,
  seen: SeenValues,
): { readonly value: JsonValue } | undefined {
  if (isName && key !== path) return undefined
  const found = findByPath(seen[kind], path)
  return found?.root === key && holds(comparison, found.value) ? { value: found.value } : undefined
}

function meetsResult(
  { path, comparison }: Extract<Condition, { kind: 'result' }>,
  output: JsonValue,
): { readonly value: JsonValue } | undefined {
  const value = path === undefined ? output : valueAt(output, path)
  return value !== undefined && holds(comparison, value) ? { value } : undefined
}

function waitAsValue({ workflowId, step, topic, prompt, since, until }: Wait): JsonValue {
  return {
    workflowId,
    step,
    topic: topic ?? null,
    prompt,
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
  }
}

function holds(comparison: Comparison | null, value: JsonValue): boolean {
  if (!comparison) return true
  const { operator, operand } = comparison
  switch (operator) {
    case '=':
      return isEqual(value, operand)
    case '!=':
      return !isEqual(value, operand)
    default:
      return isOrdered(operator, value, operand)
  }
}

function isEqual(left: JsonValue, right: JsonValue): boolean {
  return isNumeric(left) && isNumeric(right)
    ? compareNumbers(left, right) === 0
    : isDeepStrictEqual(left, right)
}

/** Order holds between two numbers or two strings, and between nothing else. */
function isOrdered(operator: '<' | '<=' | '>' | '>=', left: JsonValue, right: JsonValue): boolean {
  const difference = differenceOf(left, right)
  if (difference === undefined) return false
  if (operator === '<') return difference < 0
  if (operator === '<=') return difference <= 0
  if (operator === '>') return difference > 0
  return difference >= 0
}

function differenceOf(left: JsonValue, right: JsonValue): number | undefined {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right)
  if (typeof left !== 'string' || typeof right !== 'string') return undefined
  return left < right ? -1 : left > right ? 1 : 0
}

function isNumeric(value: JsonValue): value is number {
  return typeof value === 'number' || isExactNumber(value)
}

/** The condition as the user would type it. */
export function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'ended':
    case 'message':
    case 'created':
    case 'deleted':
      return condition.kind
    case 'result': {
      const { path, comparison } = condition
      return `result${path === undefined ? '' : `.${path}`}${describeComparison(comparison)}`
    }
    case 'status':
      return `status=${condition.status}`
    case 'step':
      return `step:${condition.name}`
    case 'event':
    case 'stream': {
      const { path, comparison } = condition
      return `${condition.kind}:${path}${describeComparison(comparison)}`
    }
    default:
      return condition satisfies never
  }
}

function describeComparison(comparison: Comparison | null): string {
  return comparison ? comparison.operator + stringifyExact(comparison.operand) : ''
}
