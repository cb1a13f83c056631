import { CliError } from './errors.ts'

/** The id that a user chose for a new workflow. Throws `invalid-argument` for one that could never be typed again. */
export function requireWorkflowId(id: string): string {
  if (id.trim() !== '' && !/\p{Cc}/u.test(id)) return id
  throw new CliError(
    'invalid-argument',
    id.trim() === '' ? 'The --id is empty.' : 'The --id holds control characters.',
    {
      hint: 'letters, digits and -_.:/ are easy to type again; without --id it is a new UUID',
    },
  )
}
