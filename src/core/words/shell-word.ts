/** A word as one types it into a shell: a hint is the next command to type, also for an id with a space in it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./][\w@%+=:,./#-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
