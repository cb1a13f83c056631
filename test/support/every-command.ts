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
  'stats --since 60d',
  'workers',
  'audit',
  'audit verify',
  'queues',
  'schedules',
  'schedules get nightly',
  'schedules next nightly',
  'versions',
]

/** Their output has one form, for programs. */
export const plainCommands: readonly string[] = [
  'metrics',
  'test --record ID',
  'export ID',
  'export --status SUCCESS --children --redact total',
]

/** They read what `export` wrote of `exampleWorkflows`, on stdin. */
export const importingCommands: readonly string[] = ['import --yes', 'import --yes --new-ids -o json']

/** They take the whole screen, until somebody presses `q`. */
export const screenCommands: readonly string[] = ['top']

/** They go on until there is nothing more to tell. */
export const followingCommands: readonly string[] = [
  'watch ID',
  'wait ID',
  'events ID progress --wait',
  'events ID --follow',
  'stream ID --follow',
  'wait ID --for event:progress>=100',
  'wait ID --for created',
  'wait --name orderWorkflow --any --for result.total>=3',
  'queues drain mails',
]

/** None of them asks. */
export const writingCommands: readonly string[] = [
  'send running hello',
  'send --name orderWorkflow --status PENDING --topic bulk --input true --yes',
  'approve asking --as ada',
  'reject asking --as ada --comment no',
  'start orderWorkflow 1 --app-version v1 --application example --queue slow',
  'cancel running',
  'resume cancelled',
  'fork done --from 1',
  'rewind failed --from 0 --yes',
  'delete cancelled --yes',
  'retain --keep 0 --older-than 1ms --yes',
  'reprioritize queued 3',
  'reschedule queued --now',
  'requeue queued --to-queue mails',
  'recover running --grace 1ms',
  'queues pause mails',
  'queues resume mails',
  'queues set mails --concurrency 3',
  'queues create other --application example',
  'queues delete mails',
  'schedules pause nightly',
  'schedules resume nightly',
  'schedules trigger nightly',
  'schedules backfill nightly --since 2d --yes',
  'schedules create other --workflow orderWorkflow --cron @daily',
  'schedules update nightly --timezone UTC',
  'schedules delete nightly --yes',
  'versions promote v1',
  'versions rename-application example other --yes --while-running',
  'audit init',
  'link asking --as ada --public-url https://drover.example',
]

/** Those that are missing above, with why. */
export const otherCommands: Readonly<Record<string, string>> = {
  demo: 'its database is its own',
  run: 'its database is that of a DBOS runtime',
  worker: 'its database is that of a DBOS runtime',
  serve: 'it answers callers: test/hostile/gateway.test.ts',
  mcp: 'its client names the tool: test/mcp/serve-tools.test.ts',
  completion: 'it reads no database',
  config: 'it reads no database',
  'config profiles': 'it reads no database',
  'config use': 'it reads no database',
  'config trust': 'it reads no database',
  token: 'it reads no database',
  'token create': 'it reads no database',
  'token list': 'it reads no database',
  'token revoke': 'it reads no database',
  db: 'it starts and stops the embedded server',
  'db start': 'it starts the embedded server',
  'db stop': 'it stops the embedded server',
  'db status': 'it reads files',
  'db url': 'it reads files',
  'db upgrade': 'it starts servers of its own',
  'db logs': 'it reads files',
  'db reset': 'it removes files',
}
