import assert from 'node:assert/strict'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { OutputSource } from '../../src/terminal/process-output.ts'
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
    stdout: { open: () => stdout as unknown as NodeJS.WriteStream },
    stderr: { open: () => stderr as unknown as NodeJS.WriteStream },
    env: {},
    onClosedPipe: () => {},
    onBrokenOutput: () => {},
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
  const both = { open: () => terminal as unknown as NodeJS.WriteStream }
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

test('any other error of stdout is told as what it is', async () => {
  const errors: Error[] = []
  const { terminal, stdout } = create({ onBrokenOutput: (error) => void errors.push(error) })
  const printing = terminal.print('the first line')
  stdout.take(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
  await printing
  expect(errors.map(({ message }) => message)).toEqual(['no space left'])
})

describe('bytes', () => {
  const lines = Buffer.from('{"value":"日本"}\n{"value":2}\n')

  test('are done with once they are taken, and stay in order with lines', async () => {
    const { terminal, stdout } = create()
    let isDone = false
    void terminal.print('one')
    const writing = terminal.printBytes(Buffer.from(lines)).then(() => {
      isDone = true
    })
    void terminal.print('last')
    while (stdout.chunks.length < 3) {
      expect(isDone).toBe(stdout.chunks.length > 2)
      stdout.take()
      await new Promise(setImmediate)
    }
    await writing
    expect(stdout.chunks).toEqual(['one\n', lines.toString(), 'last\n'])
  })

  test('are waited for neither after an interrupt nor by nobody', async () => {
    const interrupts = new AbortController()
    const { terminal } = create({ signal: interrupts.signal })
    const writing = terminal.printBytes(lines)
    interrupts.abort('SIGINT')
    await writing
    await terminal.printBytes(lines)
    const { terminal: unread, stdout } = create()
    const unreadWriting = unread.printBytes(lines)
    await new Promise(setImmediate)
    stdout.take(brokenPipe())
    await unreadWriting
    await unread.printBytes(lines)
    expect(stdout.chunks).toHaveLength(1)
  })

  test('go to a file as they are, and to a terminal harmless', async () => {
    const taken: Buffer[] = []
    const file: OutputSource = {
      open: () => assert.fail('opened'),
      writeUnopened: (bytes) => {
        taken.push(Buffer.from(bytes))
        return bytes.subarray(bytes.length)
      },
      neverWaits: true,
    }
    const { terminal } = create({ stdout: file })
    await terminal.print('first')
    await terminal.printBytes(lines)
    await terminal.flush()
    expect(Buffer.concat(taken).toString()).toBe(`first\n${lines}`)
    const screen = Object.assign(new PassThrough(), { isTTY: true })
    const shown = create({ stdout: { open: () => screen as unknown as NodeJS.WriteStream } })
    await shown.terminal.printBytes(Buffer.from('a\x1b[2Jb\n日本\n'))
    await shown.terminal.flush()
    expect(String(screen.read())).toBe('a␛[2Jb\n日本\n')
  })
})

describe('an output that needs no stream', () => {
  test('takes all that there is to say, unopened', async () => {
    const taken: string[] = []
    const { terminal } = create({ stdout: unopened(taken), stderr: unopened([]) })
    void terminal.print('one')
    void terminal.print('two')
    await terminal.flush()
    expect(taken).toEqual(['one\ntwo\n'])
  })

  test('is opened for what it did not take', async () => {
    const stream = new PassThrough()
    const { terminal } = create({ stdout: unopened([], stream, 7), stderr: unopened([]) })
    void terminal.print('日本語')
    await terminal.flush()
    stream.end()
    expect(Buffer.concat(await stream.toArray())).toEqual(Buffer.from('日本語\n').subarray(7))
  })

  test('is opened for what comes later, and stays in order with the other one', async () => {
    const taken: string[] = []
    const stream = new PassThrough()
    const both = unopened(taken, stream)
    const { terminal } = create({ stdout: both, stderr: both })
    void terminal.print('data')
    terminal.note('talk')
    await new Promise(setImmediate)
    void terminal.print('more data')
    await terminal.flush()
    stream.end()
    expect((await stream.toArray()).join('')).toBe('data\ntalk\nmore data\n')
    expect(taken).toEqual([])
  })

  test('says that its reader has left', async () => {
    let isClosed = false
    const stdout = {
      open: () => assert.fail('opened'),
      writeUnopened: () => {
        throw brokenPipe()
      },
    }
    const onClosedPipe = () => {
      isClosed = true
    }
    const { terminal } = create({ stdout, stderr: unopened([]), onClosedPipe })
    void terminal.print('nobody reads this')
    await terminal.flush()
    expect(isClosed).toBe(true)
  })

  /** Takes `limit` bytes, and then no more without a stream. */
  function unopened(taken: string[], stream?: PassThrough, limit = Number.POSITIVE_INFINITY): OutputSource {
    return {
      open: () => (stream ?? assert.fail('opened')) as unknown as NodeJS.WriteStream,
      writeUnopened: (bytes) => {
        const part = bytes.subarray(0, limit)
        if (part.length > 0) taken.push(part.toString())
        return bytes.subarray(part.length)
      },
    }
  }
})

test('what an application puts in place of write takes nothing from drover', async () => {
  const stream = new PassThrough()
  const { terminal } = create({ stdout: { open: () => stream as unknown as NodeJS.WriteStream } })
  stream.write = () => assert.fail('the application wrote it')
  await terminal.print('data')
  expect(String(stream.read())).toBe('data\n')
})

test('stdin is read to its end, characters that are split between chunks too', async () => {
  const { terminal, stdin } = create()
  const reading = terminal.readStdin()
  const bytes = Buffer.from('{"name":"日本"}')
  stdin.write(bytes.subarray(0, 11))
  stdin.end(bytes.subarray(11))
  expect(await reading).toBe('{"name":"日本"}')
})

test('whoever is interrupted while stdin says nothing takes no half of it for the whole', async () => {
  const interrupts = new AbortController()
  const { terminal, stdin } = create({ signal: interrupts.signal })
  const reading = terminal.readStdin()
  stdin.write('order-1\norder-')
  interrupts.abort('SIGTERM')
  await expect(reading).rejects.toMatchObject({ code: 'interrupted' })
  expect(stdin.destroyed).toBe(true)
  await expect(terminal.readStdin()).rejects.toMatchObject({ code: 'interrupted' })
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
