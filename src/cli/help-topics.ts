import { Command } from 'commander'
import type { Variable } from '../commands/help/describe-option.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../core/exit-codes.ts'
import type { TopicName } from './topic-names.ts'

/** They launch an application, or enqueue for one. */
const launching = ['run', 'worker', 'serve', 'test', 'start']

type Row = readonly [name: string, meaning: string, ...unknown[]]

/** Every variable that is read; `as --flag` names the option that it stands for: in these commands, or in all that have it. */
export const environment: readonly Variable[] = [
  ['DROVER_DB_URL', 'the DBOS system database, as --db-url'],
  ['DROVER_DATABASE', 'a database of the embedded Postgres, as --database'],
  ['DROVER_PROFILE', 'the profile that names the database, as --profile'],
  ['DROVER_LISTEN_URL', 'the same database without its pooler, as --listen-url'],
  ['DROVER_ACTOR', 'who decides, as --as'],
  [
    'DROVER_TRUST_CONFIG',
    '1: act on every configuration file that is found, as drover config trust does; for CI',
  ],
  ['DROVER_PUBLIC_URL', 'where others reach the gateway, as --public-url'],
  ['DROVER_LINK_KEY', 'what links are signed with; several with commas between'],
  ['DROVER_HOME', 'where drover keeps its files, and the embedded Postgres'],
  ['DROVER_PG_USER', 'as root: the user who runs the embedded Postgres (else postgres, else nobody)'],
  ['DBOS_SYSTEM_DATABASE_URL', "the application's own name for its system database"],
  ['DBOS__APPVERSION', 'the version that run and worker launch, as --app-version', launching],
  ['PGHOST, PGUSER, PGPASSWORD, …', 'what a database URL does not say, as for psql'],
  ['CI', 'no animation, no prompt, a line for each change'],
  ['DROVER_COMPLETION_TIMEOUT', 'how long the completion of a shell waits for the database (else 300ms)'],
  ['DROVER_NO_PROMPT', 'nothing is asked, as with --no-prompt'],
  ['NO_COLOR, FORCE_COLOR, TERM=dumb', 'colour, unless --color says; so CLICOLOR=0 and CLICOLOR_FORCE=1'],
  ['ACCESSIBLE', 'questions are lines to answer with a line, and nothing is drawn again in place'],
  ['DEBUG=drover', "causes of errors, and DBOS's own log"],
  ['XDG_STATE_HOME', 'where DROVER_HOME is by default'],
  ['XDG_CONFIG_HOME', 'where drover/drover.config.json, with profiles of your own, is by default'],
]

const formats: readonly Row[] = [
  ['-o table', 'for people; in a pipe tab-separated full values, without colour or header'],
  ['-o json', 'one JSON document: an array for a list, an object for one'],
  ['-o jsonl', 'one JSON object a line, as it comes'],
  ['-o csv', 'for spreadsheets: of lists, full values with a header; --no-headers leaves it out'],
  ['--headers', 'a list in a pipe with the names of its columns'],
  ['-o ids', 'one id a line, for - of another command: drover list -o ids | drover cancel -'],
  ['--json', 'short for -o json'],
  ['--query EXPR', 'what this JMESPath finds in that JSON; with -r a string without its quotes'],
  ['-r', 'a result, an event or a stream value that is a string: without its quotes'],
  ['errors', 'with JSON one object on stderr: {"error": {code, message, hint, exitCode}}'],
  ['times', 'ISO 8601 in UTC; durations as 500ms, 30s, 5m, 1h30m, 7d'],
  ['shapes', 'docs/output.md has the keys of each, drover help schema list a JSON schema'],
]

const conditions: readonly Row[] = [
  ['ended', 'it has ended, in any way (the default)'],
  ['status=STATUS', 'it has this status, such as SUCCESS'],
  ['result.PATH=JSON', 'it ended SUCCESS and returned this; also != < <= > >=, and result for any'],
  ['event:KEY', 'it published an event under this key; prints its latest value'],
  ['event:KEY=JSON', 'its value is this; also != < <= > >=. The value now, and each one from now on'],
  ['event:KEY.PATH>=JSON', 'the same of a value inside it, such as event:progress.done>=4'],
  ['stream:KEY', 'it wrote a value to this stream; also with a comparison'],
  ['step:NAME', 'it finished a step of this name'],
  ['message', 'it waits for a message, such as an approval'],
  ['created', 'it is there by now, by its id or as --name, --attr and the like say; prints its id'],
  ['deleted', 'it is not there, or no more'],
  ['several --for', 'all must hold; --any with several ids returns at the first one'],
]

const exits: readonly Row[] = Object.entries(exitCodes).map(([name, { code, when }]) => [
  `${String(code).padStart(3)}  ${name}`,
  when,
])

/** `drover help TOPIC`: what holds for every command. */
const topics: Readonly<Record<TopicName, { readonly summary: string; readonly rows: readonly Row[] }>> = {
  'exit-codes': { summary: 'list the exit codes', rows: exits },
  environment: { summary: 'list the environment variables that are read', rows: environment },
  formats: { summary: 'say how output is printed', rows: formats },
  conditions: { summary: 'list what drover wait --for can wait for', rows: conditions },
}

export function topicCommands({ terminal }: Context, program: Command): readonly Command[] {
  return Object.entries(topics).map(([name, { summary, rows }]) => {
    const width = Math.max(...rows.map(([term]) => term.length))
    const text = rows.map(([term, meaning]) => `${term.padEnd(width)} ${meaning}`).join('\n')
    return new Command(name)
      .summary(summary)
      .helpOption(false)
      .copyInheritedSettings(program)
      .configureHelp({ formatHelp: () => `${text}\n` })
      .action(() => terminal.print(text))
  })
}
