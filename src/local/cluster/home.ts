import { isAbsolute, join, resolve } from 'node:path'

export interface HomeOwner {
  readonly platform: NodeJS.Platform
  readonly uid: number | undefined
  readonly homeDirectory: string
}

/** Where drover keeps its files, the embedded database among them; not a cache directory, which cleaners empty under a running server. */
export function droverHome(env: Readonly<Record<string, string | undefined>>, owner: HomeOwner): string {
  if (env.DROVER_HOME) return resolve(env.DROVER_HOME)
  // As root the server runs as another user, who cannot enter /root.
  if (owner.platform === 'linux' && owner.uid === 0) return '/var/lib/drover'
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, 'drover')
  if (owner.platform === 'darwin') return join(owner.homeDirectory, 'Library/Application Support/drover')
  if (owner.platform === 'win32') return join(env.LOCALAPPDATA ?? owner.homeDirectory, 'drover')
  return join(owner.homeDirectory, '.local/state/drover')
}
