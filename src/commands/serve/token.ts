import { Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import { addOutputOptions, type OutputFlags, printOne, printRows } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { type Scope, scopes } from '../../http/auth/scope.ts'
import { createToken, type KeptToken, parseTokens, tokensText } from '../../http/auth/tokens.ts'
import type { Column } from '../../render/table.ts'
import { tokenFileOf } from './access.ts'

interface TokenFlags extends OutputFlags {
  readonly tokenFile?: string
  readonly scope: Scope
}

export function tokenCommand(context: Context): Command {
  const command = new Command('token')
    .summary('tokens that open the gateway: create, list, revoke')
    .description('Tokens by which callers of drover serve are known, each with a name and what it may do.')
  const add = (name: string, summary: string) => {
    const one = new Command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
    command.addCommand(one)
    one.option('--token-file <file>', "keep them in this file (default: tokens.json in drover's home)")
    return addOutputOptions(one, ['table', 'json', 'jsonl'])
  }
  add('create', 'make a token, and show it once')
    .argument('<name>', 'who it is for: the name on record for what is decided with it')
    .addOption(
      new Option('--scope <scope>', 'what it may do; each includes those before')
        .choices(scopes)
        .default('read'),
    )
    .action((name: string, _, one: Command) => runCreate(context, name, one.optsWithGlobals<TokenFlags>()))
  add('list', 'list tokens, without what would let somebody use one').action((_, one: Command) =>
    runList(context, one.optsWithGlobals<TokenFlags>()),
  )
  add('revoke', 'end a token; a gateway that runs notices within a second')
    .argument('<name>')
    .action((name: string, _, one: Command) => runRevoke(context, name, one.optsWithGlobals<TokenFlags>()))
  return command
}

async function runCreate(context: Context, name: string, flags: TokenFlags): Promise<void> {
  if (!/^[\w.@-]{1,64}$/.test(name)) {
    throw new CliError('invalid-argument', `"${name}" is not a name for a token.`, {
      hint: 'letters, digits and -_.@, at most 64',
    })
  }
  const file = tokenFileOf(context, flags)
  const tokens = await readTokens(context, file)
  if (tokens.some((kept) => kept.name === name)) {
    throw new CliError('name-taken', `There is a token ${name} already.`, {
      hint: command('token revoke', [name], { '--token-file': flags.tokenFile }),
    })
  }
  const { token, kept } = createToken(name, flags.scope, context.now())
  await context.writePrivate(file, tokensText([...tokens, kept]))
  const { scope, createdAt } = kept
  await printOne(context, flags, { json: { name, scope, createdAt, token }, text: token })
  printNotice(context, `It may ${flags.scope}, and is shown only now. ${file} has its hash.`)
}

const columns: readonly Column<KeptToken>[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'SCOPE', value: ({ scope }) => scope },
  { title: 'CREATED', value: ({ createdAt }) => createdAt },
]

async function runList(context: Context, flags: TokenFlags): Promise<void> {
  const file = tokenFileOf(context, flags)
  await printRows(context, flags, {
    rows: await readTokens(context, file),
    columns,
    toJson: ({ name, scope, createdAt }) => ({ name, scope, createdAt }),
    toId: ({ name }) => name,
    empty: `There is no token in ${file}.`,
  })
}

async function runRevoke(context: Context, name: string, flags: TokenFlags): Promise<void> {
  const file = tokenFileOf(context, flags)
  const tokens = await readTokens(context, file)
  const left = tokens.filter((kept) => kept.name !== name)
  if (left.length === tokens.length) {
    throw new CliError('not-there', `There is no token ${name} in ${file}.`, {
      hint: command('token list', [], { '--token-file': flags.tokenFile }),
    })
  }
  await context.writePrivate(file, tokensText(left))
  await printOne(context, flags, { json: { name, revoked: true } })
  printNotice(context, `The token ${name} is revoked.`)
}

async function readTokens(context: Context, file: string): Promise<readonly KeptToken[]> {
  return parseTokens(await context.readFile(file), file)
}
