import { isDeepStrictEqual } from 'node:util'
import { dbosStep } from '../dbos-names.ts'
import type { Step } from '../workflow.ts'

/** One place in two runs: what each recorded there. */
export interface StepPair {
  readonly step: number
  readonly left: Step | null
  readonly right: Step | null
  /** `same`: the same name and the same result. */
  readonly difference: 'same' | 'result' | 'name' | 'only-left' | 'only-right'
}

/** By number, which is what DBOS replays by. When each one ran, and the ids of its children, make no difference. */
export function compareSteps(left: readonly Step[], right: readonly Step[]): readonly StepPair[] {
  const numbers = [...new Set([...left, ...right].map(({ step }) => step))].sort((a, b) => a - b)
  return numbers.map((step) => {
    const one = left.find((candidate) => candidate.step === step) ?? null
    const other = right.find((candidate) => candidate.step === step) ?? null
    return { step, left: one, right: other, difference: differenceOf(one, other) }
  })
}

function differenceOf(left: Step | null, right: Step | null): StepPair['difference'] {
  if (!right) return 'only-left'
  if (!left) return 'only-right'
  if (left.name !== right.name) return 'name'
  const isSame =
    // The output of a sleep is when it ends.
    (left.name === dbosStep.sleep || isDeepStrictEqual(left.output, right.output)) &&
    left.error?.name === right.error?.name &&
    left.error?.message === right.error?.message
  return isSame ? 'same' : 'result'
}
