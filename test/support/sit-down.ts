import type { Store } from '../../src/core/store.ts'
import type { FakeTerminal } from './fake-terminal.ts'
import { lendStore } from './lend-store.ts'
import { runCli } from './run-cli.ts'
import { waitUntil } from './wait-until.ts'

/** Somebody at a full screen of their own, in this process, on a store that is shared. */
export function sitDown(
  store: Store,
  line: string,
  { actor = 'ada', now = new Date() }: { readonly actor?: string; readonly now?: Date } = {},
) {
  let terminal: FakeTerminal | undefined
  const ended = runCli(line, {
    store: lendStore(store),
    env: { DROVER_ACTOR: actor },
    isTerminal: true,
    now,
    onTerminal: (fake) => {
      terminal = fake
    },
  })
  const shown = () => terminal?.frames().at(-1)?.join('\n') ?? ''
  const until = (text: string) =>
    waitUntil(`"${text}" is shown to ${actor}`, () => shown().includes(text)).catch((error) => {
      throw new Error(`${error.message}:\n${shown()}`)
    })
  return {
    ended,
    until,
    shown,
    press: (...keys: readonly string[]) => terminal?.press(...keys),
    resize: (columns: number, rows: number) => terminal?.resize(columns, rows),
    drawn: () => terminal?.drawn() ?? 0,
    frames: () => terminal?.frames() ?? [],
  }
}
