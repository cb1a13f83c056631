import type { Command } from 'commander'

/** What stands below the options of a command: how it is used, and where more of it is told. */
export interface HelpExamples {
  /** What is typed behind `drover`. */
  readonly examples: readonly string[]
  /** In docs/. */
  readonly page: string
}

const wholeIds = 'many-workflows.md'

/** By the words of a command; a test runs each line. */
export const helpExamples: Readonly<Record<string, HelpExamples>> = {
  demo: { examples: ['demo', 'demo approval --auto'], page: 'choosing.md' },
  run: {
    examples: [
      'run approvalWorkflow 3 --app drover:demo',
      'run checkout \'{"items": 3}\' --app ./src/workflows.ts',
      'run checkout --input @order.json --app ./src/workflows.ts --timeout 5m',
      'run checkout 3 --app ./src/workflows.ts --reload',
    ],
    page: 'applications.md',
  },
  start: {
    examples: [
      'start checkout \'{"items": 3}\' --id order-18',
      'start checkout 1 --wait --timeout 5m',
      'start checkout 1 --dry-run',
    ],
    page: 'scripts.md',
  },
  worker: {
    examples: [
      'worker --app ./src/workflows.ts',
      'worker --app ./src/workflows.ts --reload',
      'worker --app ./dist/workflows.js --create-queue mails',
    ],
    page: 'applications.md',
  },
  watch: {
    examples: ['watch order-17', 'watch order-17 --children -o jsonl', 'watch order-17 --timeout 5m'],
    page: 'choosing.md',
  },
  list: {
    examples: [
      'list --status failed --since 1d',
      'list --status failed --count-by error',
      'list --columns id,state,error,parent --children',
    ],
    page: wholeIds,
  },
  get: { examples: ['get order-17', 'get order-17 refund-6 -o json'], page: 'output.md' },
  steps: { examples: ['steps order-17', 'steps order-17 --timeline'], page: 'output.md' },
  events: { examples: ['events order-17', 'events order-17 progress'], page: 'choosing.md' },
  stream: { examples: ['stream order-17', 'stream order-17 log --follow --last 10'], page: 'choosing.md' },
  messages: { examples: ['messages order-17', 'messages refund-6 -o jsonl'], page: 'choosing.md' },
  diff: {
    examples: ['diff order-17 order-17-again', 'diff order-17 order-17-again -o json'],
    page: wholeIds,
  },
  top: { examples: ['top', 'top --database shop'], page: 'top.md' },
  inbox: { examples: ['inbox', 'inbox --name refund --no-pick', 'inbox -o json'], page: 'approvals.md' },
  approve: {
    examples: [
      'approve refund-6#1',
      "approve refund-6 --comment 'seen by ada'",
      'approve --all --name refund --yes',
    ],
    page: 'approvals.md',
  },
  reject: {
    examples: [
      "reject refund-6#1 --comment 'no photo'",
      "reject --all --name refund --comment 'out of stock' --yes",
    ],
    page: 'approvals.md',
  },
  send: {
    examples: [
      'send refund-6 true --topic refund',
      'send refund-6 \'{"approved": true}\' --topic refund',
      "send --name refund --topic refund --input '{}' --dry-run",
    ],
    page: 'approvals.md',
  },
  wait: {
    examples: [
      'wait order-17 --timeout 5m',
      "wait order-17 --for 'event:progress>=50'",
      'wait refund-6 --for message --timeout 1m',
      'wait order-17 --for "result.status=paid" --timeout 5m',
      'wait --for created --name checkout --attr order=17 --since 1m',
    ],
    page: 'scripts.md',
  },
  result: { examples: ['result order-17', 'result order-17 -o json'], page: 'scripts.md' },
  test: {
    examples: [
      'test smoke.yaml --timeout 5m --junit smoke.xml',
      'test smoke.yaml --filter approved --dry-run',
      'test smoke.yaml --app drover:demo',
      'test --record order-17',
    ],
    page: 'testing.md',
  },
  explain: { examples: ['explain ord-1', 'explain ord-1 refund-6 -o json'], page: 'production.md' },
  doctor: { examples: ['doctor', 'doctor -o json'], page: 'production.md' },
  workers: { examples: ['workers', 'workers -o json'], page: 'production.md' },
  audit: { examples: ['audit', 'audit refund-6 -o json'], page: 'approvals.md' },
  'audit init': { examples: ['audit init', 'audit init --print --operator ops'], page: 'approvals.md' },
  'audit verify': { examples: ['audit verify', 'audit verify -o json'], page: 'approvals.md' },
  cancel: {
    examples: [
      'cancel ord-1',
      'cancel ord-1 --children',
      'cancel --name checkout --status ENQUEUED --dry-run',
    ],
    page: wholeIds,
  },
  resume: { examples: ['resume order-9', 'resume --status dead --dry-run'], page: wholeIds },
  fork: {
    examples: [
      'fork order-5 --from failed',
      'fork order-17 --from 0',
      'fork --status failed --from failed --dry-run',
    ],
    page: wholeIds,
  },
  rewind: {
    examples: ['rewind order-5 --from failed --yes', 'rewind order-17 --from 0 --dry-run'],
    page: wholeIds,
  },
  recover: {
    examples: ['recover --dry-run', 'recover ord-1 --grace 0s', 'recover --to-version latest --dry-run'],
    page: 'production.md',
  },
  completion: { examples: ['completion bash', 'completion zsh'], page: 'scripts.md' },
  export: {
    examples: ['export order-17 --children', 'export --name checkout --redact card.number'],
    page: wholeIds,
  },
  import: {
    examples: ['import order-17.jsonl --local', 'import --new-ids --yes'],
    page: wholeIds,
  },
  delete: {
    examples: ['delete order-17 --yes', 'delete --ended --older-than 30d --dry-run'],
    page: wholeIds,
  },
  reprioritize: {
    examples: ['reprioritize order-30 1', 'reprioritize --queue mails 5 --dry-run'],
    page: wholeIds,
  },
  reschedule: {
    examples: ['reschedule order-31 --in 5m', 'reschedule order-31 --now'],
    page: wholeIds,
  },
  requeue: {
    examples: ['requeue order-30 --to-queue mails', 'requeue --name checkout --to-queue mails --dry-run'],
    page: wholeIds,
  },
  serve: {
    examples: ['serve', 'serve --app drover:demo', 'serve --port 8080 --read-only'],
    page: 'gateway.md',
  },
  link: {
    examples: ['link refund-6#1 --as ada --for 24h', 'link refund-6#1 --as ada --qr'],
    page: 'gateway.md',
  },
  mcp: { examples: ['mcp', 'mcp --allow answer,start --call-timeout 10s'], page: 'agents.md' },
  metrics: { examples: ['metrics', 'metrics --connect-timeout 1s'], page: 'gateway.md' },
  token: { examples: ['token list', 'token create ci --scope answer'], page: 'gateway.md' },
  'token create': { examples: ['token create ci', 'token create ci --scope start'], page: 'gateway.md' },
  'token list': { examples: ['token list', 'token list -o json'], page: 'gateway.md' },
  'token revoke': { examples: ['token revoke ci', 'token revoke ci -o json'], page: 'gateway.md' },
  retain: {
    examples: ['retain --keep 100000 --older-than 30d --dry-run', 'retain --keep 0 --older-than 90d --yes'],
    page: 'production.md',
  },
  stats: { examples: ['stats', 'stats --since 1d --name checkout -o json'], page: 'production.md' },
  queues: { examples: ['queues', 'queues -o json'], page: 'production.md' },
  'queues pause': {
    examples: ['queues pause mails', 'queues pause mails -o json'],
    page: 'production.md',
  },
  'queues resume': {
    examples: ['queues resume mails', 'queues resume mails --worker-concurrency 4'],
    page: 'production.md',
  },
  'queues drain': {
    examples: ['queues drain mails', 'queues drain mails --running --timeout 5m'],
    page: 'production.md',
  },
  'queues set': {
    examples: ['queues set mails --concurrency 3', 'queues set mails --worker-concurrency 1 -o json'],
    page: 'production.md',
  },
  'queues create': {
    examples: ['queues create reports', 'queues create tenants --concurrency 8 --partition-concurrency 1'],
    page: 'production.md',
  },
  'queues delete': {
    examples: ['queues delete mails --yes', 'queues delete mails --yes -o json'],
    page: 'production.md',
  },
  schedules: { examples: ['schedules', 'schedules -o json'], page: 'production.md' },
  'schedules get': {
    examples: ['schedules get nightly', 'schedules get nightly -o json'],
    page: 'production.md',
  },
  'schedules pause': {
    examples: ['schedules pause nightly', 'schedules pause nightly -o json'],
    page: 'production.md',
  },
  'schedules resume': {
    examples: ['schedules resume weekly', 'schedules resume weekly -o json'],
    page: 'production.md',
  },
  'schedules trigger': {
    examples: ['schedules trigger nightly', 'schedules trigger nightly -o json'],
    page: 'production.md',
  },
  'schedules next': {
    examples: ['schedules next nightly', 'schedules next nightly 10 -o json'],
    page: 'production.md',
  },
  'schedules backfill': {
    examples: [
      'schedules backfill nightly --since 3d --dry-run',
      'schedules backfill nightly --since 7d --until 1d --yes',
    ],
    page: 'production.md',
  },
  'schedules create': {
    examples: [
      'schedules create hourly --workflow checkout --cron "0 * * * *"',
      'schedules create daily --workflow checkout --cron "0 30 2 * * *" --timezone Europe/Paris',
    ],
    page: 'production.md',
  },
  'schedules update': {
    examples: ['schedules update nightly --cron "0 4 * * *"', 'schedules update nightly --timezone none'],
    page: 'production.md',
  },
  'schedules delete': {
    examples: ['schedules delete weekly --yes', 'schedules delete weekly --yes -o json'],
    page: 'production.md',
  },
  versions: { examples: ['versions', 'versions -o json'], page: 'production.md' },
  'versions rename-application': {
    examples: [
      'versions rename-application example example-2 --dry-run',
      'versions rename-application example example-2 --yes',
    ],
    page: 'production.md',
  },
  'versions promote': {
    examples: ['versions promote v0', 'versions promote v0 -o json'],
    page: 'production.md',
  },
  db: { examples: ['db status', 'db url', 'db start'], page: 'databases.md' },
  'db start': { examples: ['db start', 'db start --database shop'], page: 'databases.md' },
  'db stop': { examples: ['db stop', 'db stop -o json'], page: 'databases.md' },
  'db status': { examples: ['db status', 'db status -o json'], page: 'databases.md' },
  'db url': { examples: ['db url', 'db url --database shop'], page: 'databases.md' },
  'db logs': { examples: ['db logs', 'db logs -o jsonl'], page: 'databases.md' },
  'db reset': { examples: ['db reset', 'db reset --yes'], page: 'databases.md' },
  'db upgrade': { examples: ['db upgrade', 'db upgrade -o json'], page: 'databases.md' },
  config: { examples: ['config', 'config -o json'], page: 'databases.md' },
  'config profiles': { examples: ['config profiles', 'config profiles -o json'], page: 'databases.md' },
  'config use': { examples: ['config use staging', 'config use --none'], page: 'databases.md' },
  'config trust': { examples: ['config trust', 'config trust --yes'], page: 'databases.md' },
}

/** Adds a sentence where there is none, examples, and the page to a command and to those below it. */
export function addExamples(command: Command, words = command.name()): void {
  if (command.description() === '') command.description(toSentence(command.summary()))
  const found = helpExamples[words]
  if (found) {
    const lines = found.examples.map((line) => `  drover ${line}`)
    command.addHelpText('after', ['', 'Examples:', ...lines, '', `More: docs/${found.page}`].join('\n'))
  }
  for (const child of command.commands) addExamples(child, `${words} ${child.name()}`)
}

function toSentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}
