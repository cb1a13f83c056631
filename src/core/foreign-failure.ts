import { CliError } from './errors.ts'
import { refusalOf } from './sqlstates.ts'

/** A disk, or a folder, that takes nothing. */
const unwritable = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']

/** What Postgres or the system refused where nobody else named it; undefined for what is drover's own mistake. */
export function nameForeignFailure(error: unknown): CliError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  if (unwritable.includes(error.code)) {
    return new CliError('output-failed', `Cannot write a file: ${error.message}.`, {
      hint: 'free space on that disk, or name a file elsewhere',
      cause: error,
    })
  }
  const refusal = refusalOf(error.code)
  if (!refusal) return undefined
  const { code, says, hint } = refusal
  return new CliError(code, `${says('the database')}: ${error.message}.`, {
    hint,
    cause: error,
    quotes: error.message,
  })
}
