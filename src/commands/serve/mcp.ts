import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { requirePermitted } from '../../core/profile/profile.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { nearest } from '../../core/words/nearest.ts'
import { interruptCode } from '../../frame/interrupt.ts'
import { repeatable } from '../../frame/option-parsers.ts'
import { printNotice } from '../../frame/print-notice.ts'
import type { SignatureFlags } from '../../frame/record/sign.ts'
import { type Allowance, allowances } from '../../mcp/tool.ts'
import { type DatabaseFlags, readSettings, type Settings } from '../../settings/settings.ts'
import { lendLibrary } from './lend-library.ts'

interface McpFlags extends DatabaseFlags, SignatureFlags {
  readonly allow?: readonly string[]
  readonly callTimeout: string
}

export function mcpCommand(context: Context): Command {
  return new Command('mcp')
    .summary('serve tools to an agent, over the Model Context Protocol on stdin and stdout')
    .description(
      'Serve what drover reads as tools to a client of the Model Context Protocol, on stdin and stdout, until it hangs up.\nNothing can be changed unless --allow says so, and where it does not Postgres refuses it as well.',
    )
    .addOption(
      repeatable(
        '--allow <what>',
        `also tools that change something: ${allowances.join(', ')}; repeatable, or with commas`,
      ),
    )
    .option('--call-timeout <duration>', 'tell a call that there is no answer after this long', '30s')
    .option('--as <name>', 'who does it, for the record (default: DROVER_ACTOR, else user and host)')
    .action((_, command: Command) => runMcp(context, command.optsWithGlobals<McpFlags>()))
}

async function runMcp(outer: Context, flags: McpFlags): Promise<void> {
  const allowed = readAllowed(flags.allow ?? [])
  const limitMs = parseDuration(flags.callTimeout)
  const settings = await readSettings(outer, flags)
  requireAllowable(settings, allowed)
  // stdin is the client's: nobody can be asked there.
  const context = { ...outer, terminal: { ...outer.terminal, stdinIsTerminal: false } }
  const { terminal, interrupts } = context
  const [{ serveTools }, { toolsFor }] = await Promise.all([
    import('../../mcp/serve-tools.ts'),
    import('../../mcp/tools/all-tools.ts'),
  ])
  const tools = toolsFor(allowed)
  const library = lendLibrary(context, flags, { settings, isReadOnly: allowed.length === 0 })
  printNotice(context, readyLine(tools.length, allowed))
  await serveTools({
    version: context.version,
    tools,
    drover: library.drover,
    databaseFlags: context.databaseFlags,
    limitMs,
    now: context.now,
    input: terminal.stdinChunks(),
    write: (text) => terminal.stdout.write(text),
    signal: interrupts.signal,
    onProblem: (problem) => printNotice(context, `not understood: ${problem}`),
  })
  await library.close()
  if (interrupts.signal.aborted) context.exitWith(interruptCode(context))
}

/** Throws `invalid-argument`. */
function readAllowed(texts: readonly string[]): readonly Allowance[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const word = text.trim()
      const found = allowances.find((one) => one === word)
      if (found) return found
      throw new CliError('invalid-argument', `"${word}" is nothing that can be allowed.`, {
        hint: phrase`${command('mcp', [], { '--allow': nearest(word, allowances) ?? 'answer' })}   # of ${allowances.join(', ')}`,
      })
    })
}

/** Throws `read-only`, and `no-terminal` for a protected profile that was not named on this command line. */
function requireAllowable({ profile }: Settings, allowed: readonly Allowance[]): void {
  if (profile && allowed.length > 0) requirePermitted(profile, { what: `Let an agent ${allowed.join(', ')}` })
}

function readyLine(count: number, allowed: readonly Allowance[]): string {
  const what = allowed.length === 0 ? 'it can only read' : `it may read, ${allowed.join(', ')}`
  return `Ready for a client of the Model Context Protocol: ${count} tools; ${what}. It ends when its stdin is closed.`
}
