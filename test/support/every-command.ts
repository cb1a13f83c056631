/** Every command that uses a database, on workflows of `exampleWorkflows`; `ID` is the one that is meant. */
export const readingCommands: readonly string[] = [
  'list',
  'list --search x --count-by status',
  'get ID',
  'steps ID',
  'events ID',
  'events ID progress',
  'stream ID',
  'stream ID log',
  'stream ID log --last 2',
  'messages ID',
  'diff ID ID --all',
  'inbox --no-pick',
  'result ID',
  'explain ID',
  'doctor',
  'workers',
  'audit',
  'audit verify',
  'queues',
  'schedules',
  'versions',
]

/** They go on until there is nothing more to tell. */
export const followingCommands: readonly string[] = [
  'watch ID',
  'wait ID',
  'events ID progress --wait',
  'events ID --follow',
  'stream ID --follow',
  'wait ID --for event:progress>=100',
]

/** None of them asks. */
export const writingCommands: readonly string[] = [
  'send running hello',
  'approve asking --as ada',
  'reject asking --as ada --comment no',
  'start orderWorkflow 1 --app-version v1 --application example --queue slow',
  'cancel running',
  'resume cancelled',
  'fork done --from 1',
  'rewind failed --from 0 --yes',
  'delete cancelled --yes',
  'reprioritize queued 3',
  'reschedule queued --now',
  'requeue queued --to-queue mails',
  'recover running --grace 1ms',
  'queues set mails --concurrency 3',
  'queues create other --application example',
  'queues delete mails',
  'schedules pause nightly',
  'schedules trigger nightly',
  'versions promote v1',
  'audit init',
]
