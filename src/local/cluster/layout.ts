import path from 'node:path'
import { socketDirectory } from '../server/socket.ts'

/** Where everything of one embedded database lies. */
export interface Layout {
  readonly home: string
  /** Hard-linked trees of the server's own files, one per version. */
  readonly trees: string
  readonly cluster: string
  readonly data: string
  /** Where an upgrade puts the data while it takes the place of the old ones. */
  readonly upgraded: string
  readonly postmasterFile: string
  /** The directory of the Unix socket: in `cluster`, or below /tmp where that path is too long for one. */
  readonly sockets: string
  readonly log: string
  readonly pin: string
  readonly password: string
  readonly lock: string
}

export function layoutOf(home: string): Layout {
  const cluster = path.join(home, 'db')
  const data = path.join(cluster, 'data')
  return {
    home,
    trees: path.join(home, 'pg'),
    cluster,
    data,
    upgraded: path.join(cluster, 'data.upgraded'),
    postmasterFile: path.join(data, 'postmaster.pid'),
    sockets: socketDirectory(home, path.join(cluster, 's')),
    log: path.join(cluster, 'server.log'),
    pin: path.join(home, 'pin.json'),
    password: path.join(cluster, 'password'),
    lock: path.join(home, 'lock'),
  }
}

/** The same place with other data, and with a socket that nobody looks for. */
export function upgradeLayout(layout: Layout, data: string): Layout {
  return {
    ...layout,
    data,
    postmasterFile: path.join(data, 'postmaster.pid'),
    sockets: socketDirectory(`${layout.home}/upgrade`, path.join(layout.cluster, 'u')),
  }
}
