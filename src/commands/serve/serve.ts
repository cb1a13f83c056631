import { once } from 'node:events'
import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { readLinkKeys } from '../../core/links/link-keys.ts'
import { parseWebUrl } from '../../core/links/public-url.ts'
import type { Runtime } from '../../core/run/runtime.ts'
import type { Store } from '../../core/store.ts'
import { type AppFlags, launchApp, loadApp, noteRuntime } from '../../frame/app/app.ts'
import { addAppOptions } from '../../frame/app/app-options.ts'
import { parsePort, positiveInteger, repeatable } from '../../frame/option-parsers.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { withStore } from '../../frame/with-store.ts'
import { createGateway } from '../../http/gateway.ts'
import { listen } from '../../http/http-server.ts'
import { createNotifier } from '../../http/notify/notifier.ts'
import { type DatabaseFlags, readSettings } from '../../settings/settings.ts'
import { type AccessFlags, readAccess, withTokens } from './access.ts'
import { experimentWorkflows } from './experiment-workflows.ts'

interface ServeFlags extends DatabaseFlags, AppFlags, AccessFlags {
  readonly port: number
  readonly maxStreams: number
  readonly notify?: readonly string[]
}

export function serveCommand(context: Context): Command {
  const command = new Command('serve')
    .summary('serve workflows over HTTP: start, watch, answer, read')
    .description(
      'Serve what the command line can do over HTTP, for browsers, phones, curl and webhooks, until ctrl-c or SIGTERM.\nOn this machine and with a database that drover created it is open; else each request needs a token (drover token).',
    )
    .option('--host <address>', 'listen on this address', '127.0.0.1')
    .option('--port <number>', 'listen on this port; 0 for any that is free', parsePort, 8000)
    .option('--public-url <url>', 'how others reach it, such as https://drover.example')
    .option('--read-only', 'nothing can be started, sent or decided', false)
    .option('--token-file <file>', 'tokens that are accepted, and needed, also on this machine')
    .addOption(repeatable('--allow-origin <origin>', 'pages of this origin may call; repeatable'))
    .option('--insecure', 'listen for others without https', false)
    .option('--trusted-proxy <address>', 'believe the X-Forwarded-For of this proxy')
    .option('--max-streams <count>', 'server-sent streams that may be open at once', positiveInteger, 200)
    .addOption(repeatable('--notify <url>', 'post each question that arrives to this address; repeatable'))
    .option('--rate-limit <rate>', 'writes that each caller may do, such as 60/min', parseRate)
    .action((_, command: Command) => runServe(context, command.optsWithGlobals<ServeFlags>()))
  return addAppOptions(command).addHelpText('after', examples)
}

const examples = `
Examples:
  drover serve --app drover:demo
  curl -X POST http://localhost:8000/start-workflow-events/my-wf-1/3
  curl http://localhost:8000/workflow-events/my-wf-1/progress`

function parseRate(text: string): number {
  return positiveInteger(text.replace(/\/min$/, ''))
}

async function runServe(context: Context, flags: ServeFlags): Promise<void> {
  const reached = readAccess(context, flags)
  for (const url of flags.notify ?? []) parseWebUrl(url, '--notify')
  const app =
    flags.app === undefined ? undefined : await loadApp(context, flags, await readSettings(context, flags))
  await withStore(
    context,
    flags,
    async (store, settings, target) => {
      const isReadOnly = reached.isReadOnly || settings.profile?.isReadOnly === true
      const access = await withTokens(context, { ...reached, isReadOnly }, flags, store.database)
      if (!isReadOnly) await store.guard?.permit({ what: 'Let others start and answer', isOne: false })
      const stopping = new AbortController()
      const { signal } = stopping
      const onNotice = (notice: string) => printNotice(context, notice)
      const notifier = await createNotifier({ ...context, notify: flags.notify, signal, onNotice })
      const gateway = createGateway({
        store,
        version: context.version,
        env: context.env,
        application: settings.application?.value,
        workflows: settings.workflows,
        isRecorded: settings.audit.value !== 'off',
        userAndHost: context.userAndHost(),
        access,
        experiment: experimentWorkflows(app, settings.experiment),
        linkKeys: () => readLinkKeys(context),
        mostStreams: flags.maxStreams,
        notifier,
        now: context.now,
        onLog: onNotice,
        stopping: signal,
      })
      const listening = await listen(gateway, flags)
      let runtime: Runtime | undefined
      try {
        if (app) {
          const launch = { store, settings, target, app, flags, keepHandingOver: true }
          runtime = await launchApp(context, launch)
          await noteRuntime(context, store, runtime)
        }
        await store.clock()
        printNotice(context, readyLine(flags, listening.port, store, access.tokens !== undefined))
        const { signal: interrupt } = context.interrupts
        if (!interrupt.aborted) await once(interrupt, 'abort')
      } finally {
        stopping.abort()
        await listening.close(graceMs)
        await runtime?.shutdown()
      }
    },
    { create: app !== undefined },
  )
}

/** What is being written has so long to end. */
const graceMs = 5000

function readyLine({ host }: ServeFlags, port: number, { database }: Store, hasTokens: boolean): string {
  const who = hasTokens ? 'each request needs a token' : 'open to everybody on this machine'
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  return `Ready on ${url}, with ${database.label}; ${who}. ctrl-c stops in order.`
}
