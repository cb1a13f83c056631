import type { Command } from 'commander'

export const usualLaunchTimeout = '30s'

/** The options of `AppFlags`, the same on every command that runs an application. */
export function addAppOptions(command: Command): Command {
  return command
    .option('--app <module>', 'module that registers the workflows (.ts or .js), or drover:demo')
    .option('--application <name>', 'the name of the application (else what the module or a file says)')
    .option('--app-version <version>', 'run as this version')
    .option(
      '--queues <names>',
      'poll these queues (all, or NAME,NAME…); in a database that drover did not create none are polled by default',
    )
    .option(
      '--launch-timeout <duration>',
      'wait this long for a module that has not called DBOS.launch yet, while it is busy',
      usualLaunchTimeout,
    )
    .option('--join', 'run beside other live executors of the application', false)
}
