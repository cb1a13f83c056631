// What `npm run build` made: a loader for TypeScript would cost more than all that this does.
import { getEventListeners } from 'node:events'
import { createTerminal } from '../../dist/terminal/process-terminal.js'

/** What the pty test drives: each mode shows one part of the real terminal. */
const terminal = createTerminal({
  stdin: process.stdin,
  stdout: { open: () => process.stdout },
  stderr: { open: () => process.stderr },
  env: process.env,
  onClosedPipe: () => process.exit(0),
  onBrokenOutput: () => process.exit(1),
})

const modes = { live, leave, full, crash, prompts, spin, lines }

async function live() {
  const region = terminal.liveRegion(terminal.stdout)
  const draw = () => {
    const { columns, rows } = terminal.stdout
    region.render([`size ${columns}x${rows}`, '='.repeat(columns), 'last line'])
  }
  process.stdin.setRawMode(true)
  draw()
  terminal.stdout.onResize(draw)
  process.stdin.on('data', () => {
    terminal.note('a note in between')
    process.stdin.pause()
  })
  await new Promise((resolve) => process.stdin.once('pause', resolve))
  region.finish()
}

async function leave() {
  terminal.liveRegion(terminal.stdout).render(['in the middle of it'])
  process.exit(3)
}

/** Draws every key that it is given, until `q`. */
async function full() {
  const screen = await terminal.fullScreen(terminal.stdout)
  const keys = []
  const draw = () => {
    const { columns, rows } = terminal.stdout
    const filled = Array.from({ length: rows - 2 }, (_, row) => `row ${row}`)
    screen.render([`size ${columns}x${rows}`, ...filled, `keys ${keys.join(' ')}`])
  }
  terminal.stdout.onResize(draw)
  screen.onNote((text) => {
    keys.push(`note:${text}`)
    draw()
  })
  draw()
  await new Promise((resolve) => {
    screen.onKey((key) => {
      if (key.char === 'q') return resolve()
      if (key.char === 'n') return terminal.note('said')
      if (key.char === 'y') return screen.copy('order-17')
      keys.push(key.name === 'paste' ? `paste:${key.char}` : `${key.ctrl ? '^' : ''}${key.name || key.char}`)
      draw()
    })
  })
  screen.close()
  process.stdin.pause()
  await terminal.print('left')
}

async function crash() {
  const screen = await terminal.fullScreen(terminal.stdout)
  screen.render(['in the middle of it'])
  terminal.note('why it ends')
  setImmediate(() => {
    throw new Error('a bug')
  })
}

async function prompts() {
  const { signal } = new AbortController()
  await terminal.print(`confirm ${await terminal.confirm('Approve it?', { signal })}`)
  const choices = [
    { value: { id: 1 }, label: 'the first', hint: 'a hint' },
    { value: { id: 2 }, label: 'the second' },
  ]
  await terminal.print(`choose ${JSON.stringify(await terminal.choose('Which one?', choices, { signal }))}`)
  await terminal.print(`ask ${await terminal.ask('Why?', { signal, required: true })}`)
  await terminal.print(`left ${await terminal.confirm('And now?', { signal })}`)
  await terminal.print(`listeners ${getEventListeners(signal, 'abort').length}`)
  await terminal.print(`aborted ${await terminal.ask('Too late?', { signal: AbortSignal.timeout(50) })}`)
}

async function spin() {
  // without the echo, which would move the cursor away from the spinner
  process.stdin.setRawMode(true)
  const spinner = terminal.spinner('connecting')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  spinner.stop()
  process.stdin.pause()
  await terminal.print('connected')
}

async function lines() {
  for (let line = 0; line < 1_000_000; line += 1) await terminal.print(`line ${line}`)
}

await modes[process.argv[2] ?? '']?.()
await terminal.flush()
