/** What a word on the command line names. */
export type ValueKind =
  | 'profile'
  | 'workflow'
  | 'wait'
  | 'name'
  | 'queue'
  | 'schedule'
  | 'version'
  | 'topic'
  | 'status'

const kindByOption: Readonly<Record<string, ValueKind>> = {
  '--name': 'name',
  '--parent': 'workflow',
  '--after': 'workflow',
  '--record': 'workflow',
  '--queue': 'queue',
  '--to-queue': 'queue',
  '--app-version': 'version',
  '--to-version': 'version',
  '--schedule': 'schedule',
  '--topic': 'topic',
  '--status': 'status',
  '--profile': 'profile',
}

export function kindOfOption(flag: string): ValueKind | undefined {
  return kindByOption[flag]
}

const kindByArgument: Readonly<Record<string, ValueKind>> = {
  id: 'workflow',
  left: 'workflow',
  right: 'workflow',
  wait: 'wait',
  workflow: 'name',
  queue: 'queue',
  schedule: 'schedule',
  version: 'version',
  profile: 'profile',
}

export function kindOfArgument(name: string): ValueKind | undefined {
  return kindByArgument[name]
}
