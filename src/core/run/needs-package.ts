import { CliError } from '../errors.ts'
import { command, otherCommand, phrase } from '../words/command-line.ts'

const install = otherCommand('npm install -g drover')
const otherWayOn = command('list', [], { '--db-url': 'postgresql://USER@HOST/DATABASE' })

/** What the single executable leaves to the package; `what` begins the sentence, such as `drover run`. */
export function needsPackage(what: string): CliError {
  return new CliError(
    'package-needed',
    `${what} needs the package: this executable runs no workflows, it works on databases that run elsewhere.`,
    { hint: phrase`${install}   # with Node.js 20 or newer` },
  )
}

/** Where no database is named, or the embedded one is. */
export function bringsNoDatabase(): CliError {
  return new CliError(
    'package-needed',
    'This executable brings no Postgres: it works on databases that run elsewhere, and none is named.',
    { hint: phrase`${otherWayOn}, or ${install} for drover with a Postgres of its own` },
  )
}
