import { CliError } from './errors.ts'
import { refusalOf } from './sqlstates.ts'

/** A disk, or a folder, that takes nothing. */
const unwritable = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']

/** No text of Node's is longer than 512 MB, be it a value of the database or a file. */
const tooLong = ['ERR_STRING_TOO_LONG', 'ERR_FS_FILE_TOO_LARGE']

/** A file that somebody named, and that is none, or none for them. */
const unusable = [
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EACCES',
  'EPERM',
  'ENAMETOOLONG',
  'ELOOP',
  'ENXIO',
  'ENODEV',
]

/** What Postgres or the system refused where nobody else named it; undefined for what is drover's own mistake. */
export function nameForeignFailure(error: unknown): CliError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  if (unwritable.includes(error.code)) {
    return new CliError('output-failed', `Cannot write a file: ${error.message}.`, {
      hint: 'free space on that disk, or name a file elsewhere',
      cause: error,
    })
  }
  if (tooLong.includes(error.code)) {
    return new CliError(
      'value-too-long',
      'A text is longer than 512 MB, which is the most that Node can hold.',
      {
        hint: 'a value of that size can be read with psql, piece by piece: substr(output, 1, 1000000)',
        cause: error,
      },
    )
  }
  if (unusable.includes(error.code) && 'syscall' in error && 'path' in error) {
    return new CliError('file-unusable', `A file cannot be used: ${error.message}.`, {
      hint: 'name another file, or mend its permissions',
      cause: error,
      quotes: error.message,
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
