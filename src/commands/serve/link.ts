import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { findWait } from '../../core/decide/find-wait.ts'
import { CliError } from '../../core/errors.ts'
import { createLink } from '../../core/links/answer-link.ts'
import { readLinkKeys } from '../../core/links/link-keys.ts'
import { publicUrlOf } from '../../core/links/public-url.ts'
import type { Store } from '../../core/store.ts'
import { command } from '../../core/words/command-line.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { addOutputOptions, type OutputFlags, printOne } from '../../frame/output-format.ts'
import { withStore } from '../../frame/with-store.ts'
import { findKnownWait } from '../../http/answer/find-known-wait.ts'
import { renderQr } from '../../http/links/qr.ts'
import { getAsked } from '../../http/v1/require-workflow.ts'
import type { DatabaseFlags, Settings } from '../../settings/settings.ts'

interface LinkFlags extends DatabaseFlags, OutputFlags {
  readonly as?: string
  readonly for: string
  readonly publicUrl?: string
  readonly qr: boolean
}

export function linkCommand(context: Context): Command {
  const link = new Command('link')
    .summary('make a link that answers one wait, for a phone or a mail')
    .description(
      'Print a link to a page of drover serve that shows one question, and answers it in the name that is given.\nOpening it decides nothing. It is good until --for has passed, or the wait is over, or its workflow is rewound.',
    )
    .argument('<wait>', 'as <id>#<step>, or the id alone where one wait is open')
    .option('--as <name>', 'who answers by it: the name on record')
    .option('--for <duration>', 'how long it is good', '24h')
    .option('--public-url <url>', 'where the gateway is reached (else DROVER_PUBLIC_URL)')
    .option('--qr', 'also draw it as a QR code', false)
    .action((wait: string, _, own: Command) => runLink(context, wait, own.optsWithGlobals<LinkFlags>()))
  return addOutputOptions(link, ['table', 'json', 'jsonl']).addHelpText('after', examples)
}

const examples = `
Examples:
  drover link 'order-17#1' --as ada --public-url https://drover.example
  drover link order-17 --as ada --qr`

async function runLink(context: Context, typed: string, flags: LinkFlags): Promise<void> {
  const actor = flags.as
  if (!actor) {
    throw new CliError('usage', 'A link answers in a name.', {
      hint: command('link', [typed], { '--as': 'NAME' }),
    })
  }
  const forMs = parseDuration(flags.for)
  const publicUrl = publicUrlOf(context, flags)
  await withStore(context, flags, async (store, settings) => {
    const wait = await findOpenWait(store, settings, typed, actor)
    const request = { wait, actor, database: store.database, publicUrl, now: context.now(), forMs }
    const url = await createLink(request, await readLinkKeys(context))
    if (flags.qr) {
      await context.terminal.print(renderQr(url))
    }
    await printOne(context, flags, { json: { workflowId: wait.workflowId, step: wait.step, url }, text: url })
  })
}

async function findOpenWait(store: Store, settings: Settings, typed: string, actor: string) {
  const decider = { by: actor, isRecorded: settings.audit.value !== 'off' }
  const { wait, isOver } = await findWait(store, typed, decider, (id) => getAsked(store, id))
  const { workflowId, step, state } = wait
  if (isOver || state !== 'waiting') {
    throw new CliError('wait-not-found', `${workflowId}#${step} does not wait any more.`, {
      hint: command('inbox'),
    })
  }
  return findKnownWait({ store, workflows: settings.workflows }, `${workflowId}#${step}`)
}
