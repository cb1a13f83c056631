/** How it is said elsewhere; the first one that the group has is meant, and an empty one is the group by itself. */
const otherWords: Readonly<Record<string, readonly string[]>> = {
  ...same(['list', 'ls', 'get', 'all', 'current'], ['list', 'status', '']),
  ...same(['show', 'view', 'info', 'describe'], ['get', 'list', 'status', '']),
  ...same(['add', 'new', 'register', 'init'], ['create']),
  ...same(['rm', 'remove', 'drop', 'del', 'delete', 'unset'], ['delete', 'revoke', 'reset']),
  ...same(['enable', 'start', 'up', 'unpause', 'continue'], ['resume', 'start']),
  ...same(['disable', 'stop', 'down', 'suspend'], ['pause', 'stop']),
  ...same(['run', 'fire', 'now'], ['trigger']),
  ...same(['edit', 'change', 'modify', 'configure'], ['update', 'set']),
  ...same(['set', 'use', 'activate', 'select', 'switch'], ['update', 'promote', '']),
  ...same(['rename'], ['rename-application']),
  ...same(['psql', 'connect', 'shell'], ['url']),
  ...same(['check'], ['verify']),
}

function same(words: readonly string[], meant: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(words.map((word) => [word, meant]))
}

/** These do something by themselves. */
const standAlone = ['queues', 'schedules', 'versions', 'config', 'audit']

/** The command of this group that is called otherwise elsewhere; empty where it is the group itself. */
export function otherWord(typed: string, group: string, names: readonly string[]): string | undefined {
  const word = typed.toLowerCase()
  if (names.includes(word)) return word
  const meant = Object.hasOwn(otherWords, word) ? (otherWords[word] ?? []) : []
  return meant.find((name) => (name === '' ? standAlone.includes(group) : names.includes(name)))
}

/** One of a kind, and how the group of it is called. */
export const groupOfOne: Readonly<Record<string, string>> = {
  queue: 'queues',
  schedule: 'schedules',
  cron: 'schedules',
  version: 'versions',
  tokens: 'token',
  profile: 'config',
  profiles: 'config',
  database: 'db',
  postgres: 'db',
}

/** What `list` does not list, and who does. */
export const listerOf: Readonly<Record<string, string>> = {
  ...{ queue: 'queues', queues: 'queues', schedule: 'schedules', schedules: 'schedules' },
  ...{ version: 'versions', versions: 'versions', worker: 'workers', workers: 'workers' },
  ...{ executors: 'workers', executor: 'workers', token: 'token list', tokens: 'token list' },
  ...{ profile: 'config profiles', profiles: 'config profiles', waits: 'inbox', questions: 'inbox' },
  ...{ workflow: 'list', workflows: 'list', runs: 'list', jobs: 'list', tasks: 'list' },
}
