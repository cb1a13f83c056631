import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { approveCommand } from './approve.ts'
import { auditCommand } from './audit.ts'
import { cancelCommand } from './cancel.ts'
import { configCommand } from './config.ts'
import { dbCommand } from './db.ts'
import { deleteCommand } from './delete.ts'
import { demoCommand } from './demo/demo.ts'
import { diffCommand } from './diff.ts'
import { doctorCommand } from './doctor.ts'
import { eventsCommand } from './events/events.ts'
import { explainCommand } from './explain.ts'
import { forkCommand } from './fork.ts'
import { getCommand } from './get.ts'
import { inboxCommand } from './inbox.ts'
import { listCommand } from './list.ts'
import { messagesCommand } from './messages.ts'
import { queuesCommand } from './queues.ts'
import { recoverCommand } from './recover.ts'
import { rejectCommand } from './reject.ts'
import { resultCommand } from './result.ts'
import { resumeCommand } from './resume.ts'
import { rewindCommand } from './rewind.ts'
import { runCommand } from './run.ts'
import { schedulesCommand } from './schedules.ts'
import { sendCommand } from './send.ts'
import { startCommand } from './start/start.ts'
import { stepsCommand } from './steps.ts'
import { streamCommand } from './stream/stream.ts'
import { versionsCommand } from './versions.ts'
import { waitCommand } from './wait/wait.ts'
import { watchCommand } from './watch.ts'
import { workerCommand } from './worker.ts'
import { workersCommand } from './workers.ts'

/** Its name is that of the command, and `Command`. */
export type CreateCommand = (context: Context) => Command

interface CommandGroup {
  readonly title: string
  readonly commands: readonly CreateCommand[]
}

/** Every command there is, in help order. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'Try it:', commands: [demoCommand] },
  { title: 'Run:', commands: [runCommand, startCommand, workerCommand] },
  {
    title: 'Observe:',
    commands: [
      watchCommand,
      listCommand,
      getCommand,
      stepsCommand,
      eventsCommand,
      streamCommand,
      messagesCommand,
      diffCommand,
    ],
  },
  { title: 'Answer:', commands: [inboxCommand, approveCommand, rejectCommand, sendCommand] },
  { title: 'Wait:', commands: [waitCommand, resultCommand] },
  { title: 'Understand:', commands: [explainCommand, doctorCommand, workersCommand, auditCommand] },
  {
    title: 'Manage:',
    commands: [cancelCommand, resumeCommand, forkCommand, rewindCommand, recoverCommand, deleteCommand],
  },
  {
    title: 'Platform:',
    commands: [queuesCommand, schedulesCommand, versionsCommand, dbCommand, configCommand],
  },
]
