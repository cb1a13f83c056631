import type { Cockpit, Effect, Message, Purpose, Screen } from '../../cockpit/cockpit-model.ts'
import { agesAfterMs, initialCockpit, shownSource, updateCockpit } from '../../cockpit/cockpit-update.ts'
import { cockpitView } from '../../cockpit/cockpit-view.ts'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { monotonicMs } from '../../core/words/long-timer.ts'
import { createStyle } from '../../render/style.ts'
import { escapeControls } from '../../render/text.ts'
import type { Settings } from '../../settings/settings.ts'
import { surroundingsOf } from '../print-explanation.ts'
import type { LentStore } from '../profile/change-guard.ts'
import { performEffect } from './perform-effect.ts'
import { type Reader, startReader } from './start-reader.ts'

interface CockpitRequest {
  readonly purpose: Purpose
  readonly screen: Screen
}

/** A frame at once after a rest, and no more than ten a second. */
const frameMs = 100
/** How often it is asked whether ages are worth drawing. */
const clockMs = 1000

/** The full screen, until somebody leaves it. Resolves to the workflow that was chosen, if one was. */
export async function runCockpit(
  context: Context,
  store: LentStore,
  settings: Settings,
  { purpose, screen }: CockpitRequest,
): Promise<string | undefined> {
  const { terminal, interrupts, now, databaseFlags } = context
  const { stdout } = terminal
  const style = createStyle(stdout.colorLevel)
  const surroundings = surroundingsOf(context, store, settings)
  const { label: database } = store.database
  const { profile } = settings
  let cockpit: Cockpit = initialCockpit({ database, profile, purpose, surroundings, screen })
  const over = new AbortController()
  const signal = AbortSignal.any([interrupts.signal, over.signal])
  let chosen: string | undefined
  let failure: unknown
  let reading: Reader | undefined
  let drawnAtMs = Number.NEGATIVE_INFINITY
  let scheduled: NodeJS.Timeout | undefined

  const full = await terminal.fullScreen(stdout)
  const draw = () => {
    clearTimeout(scheduled)
    scheduled = undefined
    drawnAtMs = monotonicMs()
    full.render(cockpitView(cockpit, { style, now: now(), databaseFlags }))
  }
  const drawSoon = () => {
    scheduled ??= setTimeout(draw, Math.min(frameMs, drawnAtMs + frameMs - monotonicMs()))
  }
  const fail = (error: unknown) => {
    failure ??= error
    over.abort()
  }
  const take = (message: Message) => {
    if (signal.aborted) return
    const { cockpit: next, effects } = updateCockpit(cockpit, message)
    const isChanged = next !== cockpit
    cockpit = next
    for (const effect of effects) perform(effect)
    if (shownSource(cockpit) !== reading?.source) startReading()
    if (isChanged) drawSoon()
  }
  const complain = (error: CliError) =>
    take({ type: 'notice', text: escapeControls(error.message), tone: 'bad' })

  const perform = (effect: Effect) => {
    if (effect.kind === 'leave') return over.abort()
    if (effect.kind === 'choose') {
      chosen = effect.workflowId
      return over.abort()
    }
    performEffect({ context, store, settings, surroundings, copy: full.copy }, effect).then(
      (message) => {
        if (message) take(message)
        reading?.wake()
      },
      (error: unknown) => (error instanceof CliError ? complain(error) : fail(error)),
    )
  }

  const startReading = () => {
    reading?.stop()
    reading = startReader({ context, store, settings, signal }, cockpit, {
      cockpit: () => cockpit,
      send: (source, data) => take({ type: 'data', source, data }),
      complain,
      fail,
    })
  }

  const measure = () => take({ type: 'size', columns: stdout.columns, rows: stdout.rows })
  const stopResize = stdout.onResize(measure)
  const clock = setInterval(() => {
    const restedMs = monotonicMs() - drawnAtMs
    if (restedMs > agesAfterMs(cockpit, now()) - clockMs / 2) drawSoon()
  }, clockMs)
  try {
    full.onKey((key) => {
      take({ type: 'key', key, now: now() })
      reading?.wake()
    })
    full.onNote((text) => take({ type: 'notice', text: escapeControls(text), tone: 'plain' }))
    measure()
    draw()
    // What is read first follows an empty frame at once.
    drawnAtMs = Number.NEGATIVE_INFINITY
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    clearTimeout(scheduled)
    clearInterval(clock)
    stopResize()
    reading?.stop()
    full.close()
  }
  if (failure !== undefined) throw failure
  return chosen
}
