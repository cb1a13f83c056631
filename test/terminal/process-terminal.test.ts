import { PassThrough, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createTerminal, type TerminalOptions } from '../../src/terminal/process-terminal.ts'

/** A stream that takes one chunk at a time, and only when it is told to. */
class SlowStream extends Writable {
  readonly chunks: string[] = []
  #takeNext: ((error?: Error) => void) | undefined

  constructor() {
    super({ highWaterMark: 4 })
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.chunks.push(chunk.toString())
    this.#takeNext = done
  }

  take(error?: Error): void {
    this.#takeNext?.(error)
  }
}

function create(options: Partial<TerminalOptions> = {}) {
  const stdin = new PassThrough()
  const stdout = new SlowStream()
  const stderr = new SlowStream()
  const terminal = createTerminal({
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    env: {},
    ...options,
  })
  return { terminal, stdin, stdout, stderr }
}

function brokenPipe(): Error {
  return Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
}

test('a write waits until the reader takes more', async () => {
  const { terminal, stdout } = create()
  let isDone = false
  const writing = terminal.stdout.write('more than four bytes').then(() => {
    isDone = true
  })
  await new Promise(setImmediate)
  expect(isDone).toBe(false)
  stdout.take()
  await writing
  expect(stdout.chunks).toEqual(['more than four bytes'])
})

test('lines of one turn go out together, and stay in order with notes', async () => {
  const terminal = new PassThrough()
  const writes: string[] = []
  terminal.on('data', (chunk: Buffer) => writes.push(chunk.toString()))
  const both = terminal as unknown as NodeJS.WriteStream
  const { terminal: shared } = create({ stdout: both, stderr: both })
  for (const line of ['one', 'two', 'three']) await shared.print(line)
  shared.note('a note')
  for (const line of ['four', 'five']) void shared.print(line)
  await shared.flush()
  expect(writes).toEqual(['one\n', 'two\nthree\n', 'a note\n', 'four\nfive\n'])
})

test('a closed pipe is told once, ends every write, and is no error', async () => {
  let closedCount = 0
  const { terminal, stdout, stderr } = create({
    onClosedPipe: () => {
      closedCount += 1
    },
  })
  const writing = Promise.all([terminal.print('the first line'), terminal.print('the second line')])
  await new Promise(setImmediate)
  stdout.take(brokenPipe())
  await writing
  await terminal.print('nobody reads this')
  const flushing = terminal.flush()
  stderr.take()
  await flushing
  expect(closedCount).toBe(1)
  expect(stdout.chunks).toEqual(['the first line\n'])
})

test('a reader of stderr who leaves changes nothing', async () => {
  let isClosed = false
  const { terminal, stdout, stderr } = create({
    onClosedPipe: () => {
      isClosed = true
    },
  })
  terminal.note('a note')
  await new Promise(setImmediate)
  stderr.take(brokenPipe())
  await new Promise(setImmediate)
  const printing = terminal.print('data')
  stdout.take()
  await printing
  expect(isClosed).toBe(false)
  expect(stdout.chunks).toEqual(['data\n'])
})

test('any other error of a stream is not swallowed', () => {
  const { stdout } = create()
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  expect(() => stdout.emit('error', full)).toThrow('no space left')
})

test('stdin is read to its end, characters that are split between chunks too', async () => {
  const { terminal, stdin } = create()
  const reading = terminal.readStdin()
  const bytes = Buffer.from('{"name":"日本"}')
  stdin.write(bytes.subarray(0, 11))
  stdin.end(bytes.subarray(11))
  expect(await reading).toBe('{"name":"日本"}')
})

test('the flag decides colour once it is known', () => {
  const { terminal } = create({ env: { TERM: 'xterm' } })
  expect(terminal.stdout.colorLevel).toBe(0)
  terminal.useColor('always')
  expect(terminal.stdout.colorLevel).toBe(1)
  terminal.useColor('never')
  expect(terminal.stdout.colorLevel).toBe(0)
})

test('a pipe has the size of a usual terminal, and is not redrawn', () => {
  const { terminal } = create()
  const { columns, rows, isTerminal, canRedraw } = terminal.stdout
  expect({ columns, rows, isTerminal, canRedraw }).toEqual({
    columns: 80,
    rows: 24,
    isTerminal: false,
    canRedraw: false,
  })
})

test.each([
  [{}, false],
  [{ CI: 'true' }, true],
  [{ CI: '' }, false],
  [{ CI: 'false', GITHUB_ACTIONS: 'true' }, false],
  [{ JENKINS_URL: 'http://ci' }, true],
])('the environment %j is CI: %s', (env, expected) => {
  expect(create({ env }).terminal.isCI).toBe(expected)
})

test('a prompt where nobody can answer is a bug of the caller', async () => {
  await expect(create().terminal.confirm('Really?')).rejects.toThrow('A prompt needs a terminal')
})
