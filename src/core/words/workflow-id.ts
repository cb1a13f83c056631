import { CliError } from '../errors.ts'
import { hasControls } from './escape-controls.ts'

/** The id that a user chose for a new workflow. Throws `invalid-argument` for one that could never be typed again. */
export function requireWorkflowId(id: string): string {
  const fault = faultOf(id)
  if (fault === undefined) return id
  throw new CliError('invalid-argument', `The --id ${fault}.`, {
    hint: 'letters, digits and -_.:/ are easy to type again; without --id it is a new UUID',
  })
}

function faultOf(id: string): string | undefined {
  if (id.trim() === '') return 'is empty'
  if (hasControls(id)) return 'holds control characters'
  if (id.startsWith('-')) return 'begins with -, as a flag does'
  return id === '@last' ? 'means the workflow that you started last' : undefined
}
