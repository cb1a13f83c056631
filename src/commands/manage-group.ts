import type { CommandGroup } from './listed-command.ts'

export const manageGroup: CommandGroup = {
  title: 'Manage:',
  commands: [
    {
      name: 'cancel',
      usage: '[id...]',
      summary: 'stop workflows; a step that runs goes on to its end',
      load: async () => (await import('./manage/cancel.ts')).cancelCommand,
    },
    {
      name: 'resume',
      usage: '[id...]',
      summary: 'let cancelled and dead workflows go on',
      load: async () => (await import('./manage/resume.ts')).resumeCommand,
    },
    {
      name: 'fork',
      usage: '[id...]',
      summary: 'run workflows again from a step, as copies with new ids',
      load: async () => (await import('./manage/fork.ts')).forkCommand,
    },
    {
      name: 'rewind',
      usage: '[id...]',
      summary: 'run ended workflows again from a step, in place',
      load: async () => (await import('./manage/rewind.ts')).rewindCommand,
    },
    {
      name: 'recover',
      usage: '[id...]',
      summary: 'hand what dead executors left to living ones',
      load: async () => (await import('./manage/recover/recover.ts')).recoverCommand,
    },
    {
      name: 'reprioritize',
      usage: '[id...]',
      summary: 'let waiting workflows go before or after others of their queue',
      load: async () => (await import('./manage/reprioritize.ts')).reprioritizeCommand,
    },
    {
      name: 'reschedule',
      usage: '[id...]',
      summary: 'let delayed workflows begin sooner or later',
      load: async () => (await import('./manage/reschedule.ts')).rescheduleCommand,
    },
    {
      name: 'requeue',
      usage: '[id...]',
      summary: 'put waiting workflows on another queue',
      load: async () => (await import('./manage/requeue.ts')).requeueCommand,
    },
    {
      name: 'export',
      usage: '[id...]',
      summary: 'write workflows with all that belongs to them to a file',
      load: async () => (await import('./manage/transfer/export.ts')).exportCommand,
    },
    {
      name: 'import',
      usage: '[file]',
      summary: 'bring exported workflows in, where nothing of them runs',
      load: async () => (await import('./manage/transfer/import.ts')).importCommand,
    },
    {
      name: 'retain',
      usage: '',
      summary: 'delete what ended long ago, but for the newest',
      load: async () => (await import('./manage/retain.ts')).retainCommand,
    },
    {
      name: 'delete',
      usage: '[id...]',
      summary: 'delete ended workflows with all that was recorded of them',
      load: async () => (await import('./manage/delete.ts')).deleteCommand,
    },
  ],
}
