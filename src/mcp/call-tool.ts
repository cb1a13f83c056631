import { CliError } from '../core/errors.ts'
import { checkShape } from '../core/files/check-shape.ts'
import { command, phrase } from '../core/words/command-line.ts'
import { refuseNul } from '../core/words/database-value.ts'
import { typedDuration } from '../core/words/duration.ts'
import { startTimer } from '../core/words/long-timer.ts'
import { nearest } from '../core/words/nearest.ts'
import type { JsonValue } from '../core/workflow.ts'
import type { Drover } from '../library/drover.ts'
import { type Answer, toAnswer, toFailure } from './answers.ts'
import type { Tool } from './tool.ts'

export interface ToolSurroundings {
  readonly tools: readonly Tool[]
  /** Connects when it is first asked, and again when that failed. */
  drover(): Promise<Drover>
  /** What names the database in a command. */
  readonly databaseFlags: readonly string[]
  /** No call takes longer, unless its tool waits for something. */
  readonly limitMs: number
  now(): Date
}

/** Never throws: what went wrong is the answer. */
export async function callTool(
  surroundings: ToolSurroundings,
  name: string,
  given: unknown,
  cancelled: AbortSignal,
): Promise<Answer> {
  try {
    const tool = findTool(surroundings.tools, name)
    refuseNul(given as JsonValue, `What ${name} was given`)
    const checked = checkShape(tool.input, given)
    if (!('value' in checked)) {
      throw new CliError('invalid-argument', `${name}: ${checked.problem}.`, {
        hint: checked.hint ?? 'the schema of its input says what it takes',
      })
    }
    return await withinLimit(surroundings, tool, checked.value, cancelled)
  } catch (error) {
    return toFailure(error, surroundings.databaseFlags)
  }
}

function findTool(tools: readonly Tool[], name: string): Tool {
  const tool = tools.find((one) => one.name === name)
  if (tool) return tool
  const names = tools.map((one) => one.name)
  const meant = nearest(name, names)
  throw new CliError('usage', `There is no tool "${name}" here.`, {
    hint: meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`,
  })
}

/** A database that does not answer is told after the limit, whatever the driver still waits for. */
async function withinLimit(
  { drover, limitMs: usual, now, databaseFlags }: ToolSurroundings,
  tool: Tool,
  input: unknown,
  cancelled: AbortSignal,
): Promise<Answer> {
  const limitMs = Math.max(tool.limitMs?.(input) ?? 0, usual)
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, cancelled])
  const stopTimer = startTimer(() => over.abort(), limitMs)
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(over.signal.aborted ? noAnswer(tool, limitMs) : nobodyWaits())
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  const answering = drover().then(async (connected) =>
    toAnswer(
      connected.database.label,
      await tool.call(connected, input, { now: now(), databaseFlags, signal }),
    ),
  )
  // Whoever loses the race is no longer listened to.
  for (const one of [answering, stopped]) one.catch(() => {})
  try {
    return await Promise.race([answering, stopped])
  } finally {
    stopTimer()
  }
}

function noAnswer({ name, allowance }: Tool, limitMs: number): CliError {
  const rest =
    allowance === undefined ? '' : ' It may have happened all the same: look before you do it again.'
  return new CliError('timed-out', `${name} had no answer within ${typedDuration(limitMs)}.${rest}`, {
    hint: phrase`${command('doctor')}   # what is wrong with the database`,
  })
}

function nobodyWaits(): CliError {
  return new CliError('interrupted', 'Nobody waits for the answer any more.')
}
