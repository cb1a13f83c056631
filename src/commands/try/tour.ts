import { randomBytes } from 'node:crypto'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { findRegistered } from '../../core/run/registered-workflow.ts'
import type { Runtime } from '../../core/run/runtime.ts'
import type { Store } from '../../core/store.ts'
import { type CommandLine, command, renderCommand } from '../../core/words/command-line.ts'
import type { JsonValue } from '../../core/workflow.ts'
import { launchApp } from '../../frame/app/app.ts'
import { usualLaunchTimeout } from '../../frame/app/app-options.ts'
import { interruptCode } from '../../frame/interrupt.ts'
import { withStore } from '../../frame/with-store.ts'
import { demoColumns } from '../../render/columns/demo-columns.ts'
import { createStyle, type Style } from '../../render/style.ts'
import { renderTable, renderTsv } from '../../render/table.ts'
import { wrap } from '../../render/text.ts'
import type { DatabaseFlags, Settings } from '../../settings/settings.ts'

export const demoApp = 'drover:demo'

/** What a part of the tour works with. */
export interface Tour {
  readonly context: Context
  readonly store: Store
  readonly flags: DatabaseFlags
  readonly settings: Settings
  /** The tour answers by itself. */
  readonly isAuto: boolean
  readonly style: Style
  /** An id that tells what it is for and is not in use. */
  nameWorkflow(what: string): string
  /** The ids that were given so far. */
  readonly named: readonly string[]
  /** Starts a demo workflow in this process. */
  start(name: string, workflowId: string, args: readonly JsonValue[]): Promise<void>
  /** Closes the runtime of this process, for a part that brings its own workers. */
  stopRuntime(): Promise<void>
  /** Prose, broken between words where the terminal is narrow. */
  say(text: string): Promise<void>
  shout(text: string): Promise<void>
  /** A command as it would be typed here. */
  show(command: CommandLine): Promise<void>
}

export interface Part {
  readonly title: string
  run(tour: Tour): Promise<void>
}

/** Shows the parts one after the other, and at the end what became of their workflows. */
export async function runTour(
  context: Context,
  flags: DatabaseFlags,
  parts: readonly Part[],
  isAuto: boolean,
): Promise<void> {
  await withStore(
    context,
    flags,
    async (store, settings, target) => {
      refuseProtected(settings)
      const app = await context.loadApp(demoApp, { launchTimeoutMs: 0, onNotice: () => {} })
      let runtime: Runtime | undefined
      const launch = async () => {
        const appFlags = { join: false, launchTimeout: usualLaunchTimeout }
        return launchApp(context, { store, settings, target, app, flags: appFlags, keepHandingOver: false })
      }
      const tour = createTour(context, store, {
        flags,
        settings,
        isAuto,
        start: async (name, workflowId, args) => {
          runtime ??= await launch()
          await runtime.start({ ...findRegistered(app, name, {}), workflowId, args })
        },
        stopRuntime: async () => {
          await runtime?.shutdown()
          runtime = undefined
        },
      })
      try {
        await tour.say(`Durable workflows in ${store.database.label}.`)
        for (const [index, part] of parts.entries()) {
          await tour.say('')
          await tour.shout(`${index + 1}/${parts.length}  ${part.title}`)
          await part.run(tour)
          if (context.interrupts.signal.aborted) break
        }
      } finally {
        await tour.stopRuntime()
      }
      await printSummary(context, tour)
    },
    { create: true },
  )
}

/** Its parts start processes that nobody can ask. */
function refuseProtected({ profile }: Settings): void {
  if (!profile?.isProtected) return
  throw new CliError('usage', `${profile.name} is protected, and the demo starts workflows.`, {
    hint: command('demo', [], { '--local': true }),
  })
}

type TourOptions = Pick<Tour, 'flags' | 'settings' | 'isAuto' | 'start' | 'stopRuntime'>

function createTour(context: Context, store: Store, options: TourOptions): Tour {
  const { terminal } = context
  const style = createStyle(terminal.stdout.colorLevel)
  const suffix = randomBytes(3).toString('hex')
  const named: string[] = []
  const { isTerminal } = terminal.stdout
  const place = placeOf(options.flags)
  const print = (text: string, paint: (line: string) => string) => {
    const lines = isTerminal ? wrap(text, terminal.stdout.columns, Number.POSITIVE_INFINITY) : [text]
    return terminal.print(lines.map(paint).join('\n'))
  }
  return {
    ...options,
    context,
    store,
    style,
    named,
    nameWorkflow: (what) => {
      const id = `demo-${what}-${suffix}`
      named.push(id)
      return id
    },
    say: (text) => print(text, style.plain),
    shout: (text) => print(text, style.strong),
    show: (line) => terminal.print(`${style.faint('$')} ${style.command(renderCommand(line, place))}`),
  }
}

/** The flags by which a command that is shown finds the database of the tour; a URL may hold a password. */
function placeOf({ database, schema }: DatabaseFlags): readonly string[] {
  const flags = Object.entries({ '--database': database, '--schema': schema })
  return flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]))
}

async function printSummary(context: Context, tour: Tour): Promise<void> {
  const { stdout } = context.terminal
  const workflows = await Promise.all(tour.named.map((workflowId) => tour.store.get(workflowId)))
  const rows = workflows.filter((workflow) => workflow !== undefined)
  if (context.interrupts.signal.aborted) context.exitWith(interruptCode(context))
  if (rows.length === 0) return
  await tour.say('')
  const lines = stdout.isTerminal
    ? renderTable(demoColumns, rows, { style: tour.style, width: stdout.columns, now: context.now() })
    : renderTsv(demoColumns, rows)
  await context.terminal.print(lines.join('\n'))
  await tour.say('')
  await tour.say('They are all still there:')
  await tour.show(command('list', [], { '--limit': 50 }))
  await tour.show(
    command(
      'get',
      rows.slice(0, 1).map(({ workflowId }) => workflowId),
    ),
  )
  await printNext(tour)
}

/** The way on to what the user came for. */
async function printNext({ say, show }: Tour): Promise<void> {
  await say('')
  await say('With your own application (a module that registers workflows):')
  await show(command('run', ['WORKFLOW'], { '--app': './src/workflows.ts' }))
  const elsewhere = command('list', [], { '--db-url': 'postgres://USER@HOST:5432/DATABASE' })
  await say(`With one that runs elsewhere: ${renderCommand(elsewhere)}`)
}
