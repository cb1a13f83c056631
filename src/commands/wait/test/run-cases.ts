import { CliError } from '../../../core/errors.ts'
import type { CaseResult } from '../../../core/testing/case-result.ts'
import type { TestCase } from '../../../core/testing/test-case.ts'
import type { JsonValue } from '../../../core/workflow.ts'
import { cleanUp, runCase } from './run-case.ts'
import type { TestPresenter } from './test-presenter.ts'
import type { World } from './world.ts'

/** At most `jobs` at once, each after those that it needs; the results in the order of the cases. */
export async function runCases(
  world: World,
  cases: readonly TestCase[],
  jobs: number,
  presenter: TestPresenter,
): Promise<readonly CaseResult[]> {
  const results = new Map<TestCase, Promise<CaseResult>>()
  const slots = createSlots(jobs)
  const run = async (test: TestCase): Promise<CaseResult> => {
    const needed = await Promise.all(test.needs.flatMap((one) => results.get(one) ?? []))
    const missing = needed.find(({ outcome }) => outcome !== 'passed')
    if (missing) return skip(world, test, missing, presenter)
    await slots.take()
    try {
      presenter.begin(test)
      const saved: Record<string, JsonValue> = Object.assign({}, ...needed.map((one) => one.saved))
      const result = await runUnlessOver(world, test, saved, presenter)
      await cleanUp(world, result)
      await presenter.end(result)
      return result
    } finally {
      slots.give()
    }
  }
  for (const test of cases) results.set(test, run(test))
  return Promise.all(results.values())
}

async function runUnlessOver(
  world: World,
  test: TestCase,
  saved: Readonly<Record<string, JsonValue>>,
  presenter: TestPresenter,
): Promise<CaseResult> {
  if (!world.signal.aborted) return runCase(world, test, saved, (activity) => presenter.tell(test, activity))
  const isInterrupted = world.context.interrupts.signal.aborted
  const { code, message, advice } = isInterrupted
    ? new CliError('interrupted', 'It was interrupted before it began.')
    : new CliError('timed-out', 'The time of all cases ran out before it began.', {
        hint: 'give more with --timeout, or run more at once with --jobs',
      })
  return notRun(world, test, { outcome: 'error', error: { code, message, advice, line: test.line } })
}

async function skip(
  world: World,
  test: TestCase,
  missing: CaseResult,
  presenter: TestPresenter,
): Promise<CaseResult> {
  const result = notRun(world, test, { outcome: 'skipped', skippedFor: missing.test.name })
  await presenter.end(result)
  return result
}

function notRun(
  { context }: World,
  test: TestCase,
  more: Pick<CaseResult, 'outcome'> & Partial<CaseResult>,
): CaseResult {
  return {
    ...{ test, workflowId: null, startedId: null, startedAt: context.now(), durationMs: 0 },
    ...{ failures: [], error: null, skippedFor: null, saved: {}, ...more },
  }
}

/** First come, first served. */
function createSlots(count: number) {
  let free = count
  const waiting: (() => void)[] = []
  return {
    take: async (): Promise<void> => {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    give: (): void => {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    },
  }
}
