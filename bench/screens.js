import { setTimeout as sleep } from 'node:timers/promises'
import { spawn } from '@lydell/node-pty'
import { now } from './processes.js'

const patienceMs = 30_000
const looksMs = 50

/** Opens a command on a terminal of its own, and resolves once workflows are on it. */
export async function openScreen(world, [node, ...rest]) {
  const others = await sessions(world)
  const startedAt = now()
  const pty = spawn(node, rest, { cols: 120, rows: 40, name: 'xterm-256color', env: world.env })
  const exited = new Promise((resolve) => pty.onExit(resolve))
  let text = ''
  let bytes = 0
  const shownAt = await Promise.race([
    new Promise((resolve) =>
      pty.onData((data) => {
        bytes += data.length
        if (text === undefined) return
        text += data
        if (!/million-\d|changed-\d/.test(text)) return
        text = undefined
        resolve(now())
      }),
    ),
    sleep(patienceMs, undefined, { ref: false }),
  ])
  if (shownAt === undefined) throw new Error(`${rest.join(' ')} shows nothing: ${text}`)
  return {
    pid: pty.pid,
    firstFrameMs: shownAt - startedAt,
    /** The processes of the server that work for it. */
    backends: async () => (await sessions(world)).filter((pid) => !others.includes(pid)),
    bytes: () => bytes,
    type: (keys) => pty.write(keys),
    nextData: () =>
      new Promise((resolve) => {
        const { dispose } = pty.onData(() => {
          dispose()
          resolve(now())
        })
      }),
    /** Resolves once it and its sessions are gone. */
    close: async () => {
      pty.kill('SIGTERM')
      await exited
      while ((await sessions(world)).some((pid) => !others.includes(pid))) await sleep(looksMs)
    },
  }
}

async function sessions({ database }) {
  const { rows } = await database.query(
    `select pid from pg_stat_activity where backend_type = 'client backend' and application_name like 'drover%'`,
  )
  return rows.map(({ pid }) => pid)
}
