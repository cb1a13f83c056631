import type { Command } from 'commander'
import { type ExitCode, type ExitName, exitCodes } from '../../core/exit-codes.ts'

/** Whatever a command does, it can end like this. */
const ofAll: readonly ExitName[] = [
  ...(['ok', 'usage', 'permission', 'unavailable', 'bug', 'output-failed'] as const),
  ...(['hung-up', 'interrupted', 'terminated'] as const),
]

/** How a workflow ended that was followed, or asked about. */
const ends: readonly ExitName[] = ['workflow-failed', 'workflow-cancelled', 'workflow-dead']

/** Beside what arguments and options tell by themselves. */
const exitsByCommand: Readonly<Record<string, readonly ExitName[]>> = {
  run: [...ends, 'conflict', 'not-found'],
  start: [...ends, 'conflict', 'not-found'],
  worker: ['conflict', 'not-found'],
  watch: ends,
  events: ['conflict'],
  approve: [...ends, 'conflict'],
  reject: [...ends, 'conflict'],
  send: [...ends, 'conflict'],
  wait: [...ends, 'conflict'],
  result: [...ends, 'conflict'],
  test: [...ends, 'conflict', 'not-found', 'check-failed'],
  doctor: ['check-failed'],
  'audit verify': ['check-failed'],
  cancel: ['conflict'],
  resume: ['conflict'],
  fork: [...ends, 'conflict'],
  rewind: ['conflict'],
  recover: ['conflict'],
  delete: ['conflict'],
  reprioritize: ['conflict'],
  reschedule: ['conflict'],
  requeue: ['conflict'],
  import: ['conflict'],
  serve: ['conflict', 'not-found'],
  link: ['conflict'],
  'token create': ['conflict'],
  'queues pause': ['conflict'],
  'queues resume': ['conflict'],
  'queues create': ['conflict'],
  'queues delete': ['conflict'],
  'schedules pause': ['conflict'],
  'schedules resume': ['conflict'],
  'versions promote': ['conflict'],
  'db start': ['conflict'],
  'db stop': ['conflict'],
  'db reset': ['conflict'],
  'db upgrade': ['conflict'],
}

/** Arguments that name what may not be there. */
const naming = ['id', 'wait', 'left', 'right', 'queue', 'schedule', 'version', 'key', 'profile', 'name']

/** The record outlives what it tells of, and what is created is not there yet. */
const namesWhatNeedNotBe = ['audit', 'queues create', 'token create']

const exitByOption: Readonly<Record<string, ExitName>> = {
  '--timeout': 'timed-out',
  '--assert': 'check-failed',
  '--fail-on-input': 'waiting-for-input',
}

/** In order; of a command with these words. */
export function exitCodesOf(command: Command, words: string): readonly ExitCode[] {
  const names = new Set<ExitName>([...ofAll, ...(exitsByCommand[words] ?? [])])
  const isNaming = command.registeredArguments.some((one) => naming.includes(one.name()))
  if (isNaming && !namesWhatNeedNotBe.includes(words)) names.add('not-found')
  for (const { long } of command.options) {
    const exit = exitByOption[long ?? '']
    if (exit) names.add(exit)
  }
  return [...names].map((name) => exitCodes[name].code).toSorted((one, other) => one - other)
}
