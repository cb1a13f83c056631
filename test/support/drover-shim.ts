import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import path from 'node:path'
import type { Store } from '../../src/core/store.ts'
import { atEndOfFile } from './end-of-file.ts'
import { lendStore } from './lend-store.ts'
import { listenLocally } from './proxy-address.ts'
import { runCli } from './run-cli.ts'

/** Each text ends with a zero byte, also the last one. */
const shim = (port: number) => `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/${port}
[ -t 0 ] || IFS= read -r -d '' input
printf '%s\\0' "$#" "$@" "$PWD" "$input" >&3
IFS= read -r -d '' code <&3
IFS= read -r -d '' out <&3
IFS= read -r -d '' err <&3
printf %s "$out"
printf %s "$err" >&2
exit "$code"
`

/**
 * Puts a `drover` into a folder which has its command line run by this process, on a store that it is lent: for what tests
 * a script, which starts dozens of them, and not the binary.
 */
export async function installShim(folder: string, store: Store): Promise<void> {
  const server = createServer((socket) => {
    void answer(socket, store).catch((error) => socket.end(`70\0\0${error}\0`))
  })
  const port = await listenLocally(server)
  atEndOfFile(() => void server.close())
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'drover'), shim(port), { mode: 0o755 })
}

async function answer(socket: Socket, store: Store): Promise<void> {
  const { argv, cwd, stdin } = await readRequest(socket)
  const written: Record<string, string> = {}
  const run = await runCli(argv, { store: lendStore(store), stdin, written, now: new Date() })
  for (const [file, text] of Object.entries(written))
    await writeFile(path.resolve(cwd, path.relative('/project', file)), text)
  socket.end(`${run.code}\0${run.stdout}\0${run.stderr}\0`)
}

async function readRequest(socket: Socket) {
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  for (;;) {
    const [count = '', ...fields] = text.split('\0')
    const [argv, rest] = [fields.slice(0, Number(count)), fields.slice(Number(count))]
    if (count !== '' && rest.length === 3) return { argv, cwd: rest[0] ?? '', stdin: rest[1] ?? '' }
    await once(socket, 'data')
  }
}
