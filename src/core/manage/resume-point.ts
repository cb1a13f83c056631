import { dbosStep } from '../dbos-names.ts'
import { CliError } from '../errors.ts'
import { command, phrase } from '../words/command-line.ts'
import { largestInteger, tooLarge } from '../words/database-value.ts'
import type { Message, Step } from '../workflow.ts'
import type { StepBounds } from './manage.ts'

/** Where `fork` and `rewind` begin again: a step's number, the first one that failed, the last recorded one, or the first of a name. */
export type ResumePoint = number | string

/** Throws `invalid-argument`. */
export function parseResumePoint(text: string): ResumePoint {
  if (text === 'failed' || text === 'last') return text
  if (/^\d+$/.test(text)) {
    if (Number(text) > largestInteger) throw tooLarge(text)
    return Number(text)
  }
  if (text !== '') return text
  throw new CliError('invalid-argument', 'No step is named.', {
    hint: phrase`write the number of a step, its name, failed, or last; ${command('steps', ['ID'])} lists them`,
  })
}

/** The name of a step that is meant, where it is one. */
export function nameOfPoint(point: ResumePoint): string | undefined {
  return typeof point === 'number' || point === 'failed' || point === 'last' ? undefined : point
}

/** The first step that runs again; undefined when the workflow has no such step. */
export function findResumeStep(point: ResumePoint, bounds: StepBounds | undefined): number | undefined {
  if (typeof point === 'number') return point <= (bounds?.lastStep ?? -1) + 1 ? point : undefined
  if (nameOfPoint(point) !== undefined) return bounds?.namedStep ?? undefined
  return (point === 'last' ? bounds?.lastStep : bounds?.failedStep) ?? undefined
}

/** What a cut before step `fromStep` keeps, and what it throws away. */
export interface RunFromStep {
  readonly fromStep: number
  readonly kept: number
  /** Names of the steps that run again, in their order. */
  readonly again: readonly string[]
  /** How many times an event was published from there on. */
  readonly events: number
  /** Messages that were read from there on, or not at all: a rewind deletes them, a fork has none. */
  readonly messages: number
  /** Workflows that were started from there on; they stay, and others are started. */
  readonly children: readonly string[]
}

export function describeRunFromStep(
  fromStep: number,
  steps: readonly Step[],
  messages: readonly Message[],
): RunFromStep {
  const cutOff = steps.filter(({ step }) => step >= fromStep)
  return {
    fromStep,
    kept: steps.length - cutOff.length,
    again: cutOff.map(({ name }) => name),
    events: cutOff.filter(({ name }) => name === dbosStep.setEvent).length,
    messages: messages.filter(({ read, readByStep }) => !read || (readByStep ?? -1) >= fromStep).length,
    children: [...new Set(cutOff.flatMap(({ childId }) => (childId === null ? [] : [childId])))],
  }
}
