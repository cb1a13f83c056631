import type { CommandGroup } from './listed-command.ts'
import { manageGroup } from './manage-group.ts'
import { serveGroup } from './serve-group.ts'

/** Every command there is, in help order. */
export const commandGroups: readonly CommandGroup[] = [
  {
    title: 'Try it:',
    commands: [
      {
        name: 'demo',
        usage: '[part]',
        summary: 'see what durable workflows do, with nothing installed',
        load: async () => (await import('./try/demo.ts')).demoCommand,
      },
    ],
  },
  {
    title: 'Run:',
    commands: [
      {
        name: 'run',
        usage: '<workflow> [args...]',
        summary: 'run a workflow in this process and watch it',
        load: async () => (await import('./run/run.ts')).runCommand,
      },
      {
        name: 'start',
        usage: '<workflow> [args...]',
        summary: 'enqueue a workflow for a worker elsewhere',
        load: async () => (await import('./run/start/start.ts')).startCommand,
      },
      {
        name: 'worker',
        usage: '',
        summary: 'run an application and execute what is enqueued',
        load: async () => (await import('./run/worker.ts')).workerCommand,
      },
    ],
  },
  {
    title: 'Observe:',
    commands: [
      {
        name: 'watch',
        usage: '[id...]',
        summary: 'see workflows live until they end',
        load: async () => (await import('./observe/watch.ts')).watchCommand,
      },
      {
        name: 'top',
        usage: '',
        summary: 'see everything live on one screen, and act on it',
        load: async () => (await import('./observe/top.ts')).topCommand,
      },
      {
        name: 'list',
        usage: '',
        summary: 'list recent workflows',
        load: async () => (await import('./observe/list/list.ts')).listCommand,
      },
      {
        name: 'get',
        usage: '[id...]',
        summary: 'show workflows: input, result, events, what they wait for',
        load: async () => (await import('./observe/get.ts')).getCommand,
      },
      {
        name: 'steps',
        usage: '<id>',
        summary: 'list the recorded steps of a workflow',
        load: async () => (await import('./observe/steps.ts')).stepsCommand,
      },
      {
        name: 'events',
        usage: '[id] [key]',
        summary: 'show the events that a workflow published',
        load: async () => (await import('./observe/events/events.ts')).eventsCommand,
      },
      {
        name: 'stream',
        usage: '[id] [key...]',
        summary: 'print what a workflow streams',
        load: async () => (await import('./observe/stream/stream.ts')).streamCommand,
      },
      {
        name: 'messages',
        usage: '<id>',
        summary: 'list what was sent to a workflow, and what of it was read',
        load: async () => (await import('./observe/messages.ts')).messagesCommand,
      },
      {
        name: 'diff',
        usage: '<left> <right>',
        summary: 'compare the steps of two workflows, such as a run and its fork',
        load: async () => (await import('./observe/diff.ts')).diffCommand,
      },
    ],
  },
  {
    title: 'Answer:',
    commands: [
      {
        name: 'inbox',
        usage: '',
        summary: 'list what waits for an answer',
        load: async () => (await import('./answer/inbox.ts')).inboxCommand,
      },
      {
        name: 'approve',
        usage: '[wait...]',
        summary: 'approve what a workflow waits for',
        load: async () => (await import('./answer/approve.ts')).approveCommand,
      },
      {
        name: 'reject',
        usage: '[wait...]',
        summary: 'reject what a workflow waits for',
        load: async () => (await import('./answer/reject.ts')).rejectCommand,
      },
      {
        name: 'send',
        usage: '[id] [message]',
        summary: 'send a message to a workflow, or to many',
        load: async () => (await import('./answer/send.ts')).sendCommand,
      },
    ],
  },
  {
    title: 'Wait:',
    commands: [
      {
        name: 'wait',
        usage: '[id...]',
        summary: 'wait until workflows are created, publish an event, wait for a message, or end',
        load: async () => (await import('./wait/wait.ts')).waitCommand,
      },
      {
        name: 'result',
        usage: '<id...>',
        summary: 'print the results of workflows that have ended',
        load: async () => (await import('./wait/result.ts')).resultCommand,
      },
      {
        name: 'test',
        usage: '[file...]',
        summary: 'run smoke tests that are written in YAML',
        load: async () => (await import('./wait/test/test.ts')).testCommand,
      },
    ],
  },
  {
    title: 'Understand:',
    commands: [
      {
        name: 'explain',
        usage: '[id...]',
        summary: 'say why a workflow does not move, and what fixes it',
        load: async () => (await import('./understand/explain.ts')).explainCommand,
      },
      {
        name: 'doctor',
        usage: '',
        summary: 'check the database, the workers, and what is stuck',
        load: async () => (await import('./understand/doctor.ts')).doctorCommand,
      },
      {
        name: 'stats',
        usage: '',
        summary: 'throughput, waits and durations by name; the slowest, and what fails most',
        load: async () => (await import('./understand/stats.ts')).statsCommand,
      },
      {
        name: 'workers',
        usage: '',
        summary: 'the executors that are live, and what they run',
        load: async () => (await import('./understand/workers.ts')).workersCommand,
      },
      {
        name: 'audit',
        usage: '[id]',
        summary: 'list who decided and did what, and who tried',
        load: async () => (await import('./understand/audit.ts')).auditCommand,
      },
    ],
  },
  manageGroup,
  serveGroup,
  {
    title: 'Platform:',
    commands: [
      {
        name: 'queues',
        usage: '',
        summary: 'list registered queues with their depth; pause, resume, drain, set, create, delete',
        load: async () => (await import('./platform/queues.ts')).queuesCommand,
      },
      {
        name: 'schedules',
        usage: '',
        summary:
          'list schedules with their next times; get, pause, resume, trigger, backfill, create, delete',
        load: async () => (await import('./platform/schedules/schedules.ts')).schedulesCommand,
      },
      {
        name: 'versions',
        usage: '',
        summary: 'list versions with who runs them; promote one; rename an application',
        load: async () => (await import('./platform/versions/versions.ts')).versionsCommand,
      },
      {
        name: 'db',
        usage: '',
        summary: 'the embedded Postgres: start, stop, status, url, logs, reset, upgrade',
        load: async () => (await import('./platform/db.ts')).dbCommand,
      },
      {
        name: 'completion',
        usage: '<shell>',
        summary: 'print the script that completes drover in your shell',
        load: async () => (await import('./platform/completion.ts')).completionCommand,
      },
      {
        name: 'config',
        usage: '',
        summary: 'show every setting and where it comes from',
        load: async () => (await import('./platform/config.ts')).configCommand,
      },
    ],
  },
]
