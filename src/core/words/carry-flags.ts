/** The commands of drover that look at a database of DBOS, and find it by these words. */
export const commandsOnDatabase = [
  'run',
  'start',
  'worker',
  'watch',
  'list',
  'get',
  'steps',
  'events',
  'stream',
  'messages',
  'diff',
  'inbox',
  'approve',
  'reject',
  'send',
  'wait',
  'result',
  'explain',
  'doctor',
  'workers',
  'audit',
  'cancel',
  'resume',
  'fork',
  'rewind',
  'recover',
  'delete',
  'queues',
  'schedules',
  'versions',
  'config',
] as const

/** Where a command stands by itself: first in its line, after a label, or after another command. */
const before = '(^|: |; |; or |&& |\\()'
/** One blank, and a word as a shell takes it. What follows a command is a comment after several blanks. */
const word = `(?: (?!&&|#|or )(?:'[^']*'|\\\\'|"[^"]*"|[^\\s'";()])+)`

const printedCommand = new RegExp(
  `${before}(drover (?:${commandsOnDatabase.join('|')})(?![\\w-]| has )${word}*)`,
  'gm',
)

/** Adds `--option value` pairs to every command in a text that does not say them yet. The values are quoted. */
export function carryFlags(text: string, flags: readonly string[]): string {
  if (flags.length === 0) return text
  return text.replace(printedCommand, (_, start: string, command: string) => start + addTo(command, flags))
}

function addTo(command: string, flags: readonly string[]): string {
  const missing = flags.filter((_, index) => !command.includes(` ${flags[index - (index % 2)]} `))
  return [command, ...missing].join(' ')
}
