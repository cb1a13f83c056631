import type { Column } from '../table.ts'

/** A profile as `config profiles` prints it. */
export interface ProfileRow {
  readonly name: string
  /** Host, port and name; null where `problem` says what is missing. */
  readonly database: string | null
  readonly schema: string | null
  readonly problem: string | null
  readonly readOnly: boolean
  readonly protected: boolean
  /** What makes it the one that counts now: `--profile`, `DROVER_PROFILE`, `config use`. */
  readonly usedBy: string | null
  readonly file: string
}

export const profileColumns: readonly Column<ProfileRow>[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'DATABASE', value: ({ database, problem }) => database ?? problem ?? '', minWidth: 16 },
  { title: 'CARE', value: describeCare },
  { title: 'USED BY', value: ({ usedBy }) => usedBy ?? '' },
  { title: 'FILE', value: ({ file }) => file, minWidth: 8 },
]

function describeCare(row: ProfileRow): string {
  return [...(row.readOnly ? ['read-only'] : []), ...(row.protected ? ['protected'] : [])].join(', ')
}
