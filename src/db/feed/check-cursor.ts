import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { decodeCursor } from './cursor.ts'

/** Throws `invalid-argument` also for a cursor that says nothing of this workflow. */
export async function checkCursorOf(cursor: string, workflowId: string): Promise<void> {
  await checkCursor(cursor)
  if (!decodeCursor(cursor).has(workflowId)) throw notOne(cursor)
}

/** Throws `invalid-argument` for a cursor that drover did not make, or that was changed since. */
export async function checkCursor(cursor: string): Promise<void> {
  const { checkShape } = await import('../../core/files/check-shape.ts')
  const { cursorSchema } = await import('../../core/files/cursor-schema.ts')
  if ('value' in checkShape(cursorSchema, parse(cursor))) return
  throw notOne(cursor)
}

function notOne(cursor: string): CliError {
  return new CliError('invalid-argument', `${cursor} is not a cursor printed by drover.`, {
    hint: phrase`take the cursor of a change that ${command('watch', ['ID'], { '-o': 'jsonl' })} printed`,
  })
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
