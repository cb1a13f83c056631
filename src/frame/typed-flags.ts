import { withoutPassword } from '../core/words/without-password.ts'

const options = ['--profile', '--db-url', '--database', '--schema'] as const

/** The words by which a command line names the database: what is typed next shall find the same one. */
export function typedDatabaseFlags(argv: readonly string[]): string[] {
  const words = wordsOf(argv)
  const isLocal = words.includes('--local') && lastValueOf('--database', words) === undefined
  const named = options.flatMap((option) => {
    const value = lastValueOf(option, words)
    if (value === undefined) return []
    return [option, option === '--db-url' ? withoutPassword(value) : value]
  })
  return isLocal ? ['--database', 'drover', ...named] : named
}

/** As it is written: what follows may carry a password. */
export function lastValueOf(option: string, words: readonly string[]): string | undefined {
  const index = words.findLastIndex((word) => word === option || word.startsWith(`${option}=`))
  const found = words[index]
  return found === option ? words[index + 1] : found?.slice(option.length + 1)
}

/** Every format that is asked for by name, in its order; empty where the word that names it is missing. */
export function typedFormats(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (word === '--json') return ['json']
    if (word === '-o' || word === '--output') return [words[index + 1] ?? '']
    return /^(?:-o=?|--output=)(.*)$/s.exec(word)?.slice(1) ?? []
  })
}

/** What stands before `--`. */
export function wordsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end < 0 ? argv : argv.slice(0, end)
}
