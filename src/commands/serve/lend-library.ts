import type { Context } from '../../context.ts'
import type { SignatureFlags } from '../../frame/record/sign.ts'
import { withStore } from '../../frame/with-store.ts'
import { createDrover, type Drover } from '../../library/drover.ts'
import type { DatabaseFlags, Settings } from '../../settings/settings.ts'

interface LibraryOptions {
  readonly settings: Settings
  /** Postgres refuses what would change something. */
  readonly isReadOnly: boolean
}

interface LentLibrary {
  /** Connects when it is first asked; where that fails, whoever asks next tries again. */
  drover(): Promise<Drover>
  /** A connection that is still on its way is not waited for. */
  close(): Promise<void>
}

/** The library on the database that flags, environment and files name, as long as somebody wants it. */
export function lendLibrary(
  context: Context,
  flags: DatabaseFlags & SignatureFlags,
  { settings, isReadOnly }: LibraryOptions,
): LentLibrary {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let lending: Promise<void> | undefined
  let opened: Promise<Drover> | undefined
  let isOpen = false
  const open = (): Promise<Drover> =>
    new Promise((resolve, reject) => {
      lending = withStore(
        context,
        flags,
        async (store) => {
          isOpen = true
          resolve(createDrover({ store, settings, env: context.env, files: context, close: async () => {} }))
          await released
        },
        { settings, isReadOnly },
      ).catch((error: unknown) => {
        opened = undefined
        reject(error)
      })
    })
  return {
    drover: () => {
      opened ??= open()
      return opened
    },
    close: async () => {
      release()
      if (isOpen) await lending
    },
  }
}
