import { PassThrough, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createStyle } from '../../src/render/style.ts'
import { cleanText } from '../../src/terminal/clean-text.ts'
import { createTerminal } from '../../src/terminal/process-terminal.ts'
import { createRunner } from '../support/github-runner.ts'
import { hostileWords } from '../support/hostile-words.ts'
import { randomTexts } from '../support/random-texts.ts'

/** A process whose outputs go to `log`, in the order in which they are written; on a terminal or to a file. */
function create(env: Readonly<Record<string, string>>, { isTTY = false } = {}) {
  let log = ''
  const output = () => {
    const write = (chunk: Buffer, _: string, done: () => void) => {
      log += chunk.toString()
      done()
    }
    const stream = Object.assign(new Writable({ write }), { isTTY, columns: 80, rows: 24 })
    return { open: () => stream as unknown as NodeJS.WriteStream }
  }
  const terminal = createTerminal({
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    stdout: output(),
    stderr: output(),
    env,
    onClosedPipe: () => {},
    onBrokenOutput: (error) => {
      throw error
    },
  })
  return { terminal, log: () => log }
}

const texts = [...hostileWords, ...randomTexts(4000, 3)]
/** Colours of whoever made the text are the most that gets through where nobody escaped it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is looked for
const styles = /\x1b\[\d*m/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is looked for
const acting = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

test('whatever is told or shown, nothing in it acts on a terminal', async () => {
  const { terminal, log } = create({ TERM: 'dumb' }, { isTTY: true })
  for (const text of texts) {
    terminal.note(text)
    await terminal.print(text)
    await terminal.stdout.write(`${text}\n`)
  }
  await terminal.flush()
  expect(log().replaceAll(styles, '').match(acting)?.[0]).toBeUndefined()
})

test('what is told is as harmless in a log, and data in a pipe is as it is', async () => {
  const { terminal, log } = create({})
  for (const text of texts) terminal.note(text)
  await terminal.flush()
  expect(log().replaceAll(styles, '').match(acting)?.[0]).toBeUndefined()
  const data = create({})
  await data.terminal.print('a\x1b[8mb\u200b')
  await data.terminal.flush()
  expect(data.log()).toBe('a\x1b[8mb\u200b\n')
})

test('styles of ours stay, those that hide do not', () => {
  const { bad, faint, strong } = createStyle(3)
  const styled = `${bad('no')} ${faint('a')} ${strong('日本')}\n\x1b[38;5;8mgrey\x1b[0m`
  expect(cleanText(styled)).toBe(styled)
  expect(cleanText('\x1b[8mhidden\x1b[28m \x1b[2J\x1b]0;x\x07')).toBe('␛[8mhidden\x1b[28m ␛[2J␛]0;x␇')
})

const commandLike = [
  '::error::x',
  '  ::set-output name=a::b',
  '\u200b:\u200b:warning::x',
  'a ##[error]x',
  '##[group]',
  'x\n::add-mask::y',
  'x\r::error::y',
]

test.each([...commandLike, ...hostileWords])(
  'in GitHub Actions %j is no command, told, shown or as data',
  async (text) => {
    for (const write of ['note', 'print', 'raw'] as const) {
      const { terminal, log } = create({ GITHUB_ACTIONS: 'true' })
      if (write === 'note') terminal.note(text)
      else if (write === 'print') await terminal.print(text)
      else for (const character of text) await terminal.stdout.write(character)
      if (write !== 'note') await terminal.stdout.write('\n')
      await terminal.flush()
      const runner = createRunner()
      runner.read(log())
      expect({ write, commands: runner.commands }).toEqual({ write, commands: [] })
      if (write === 'print') expect(log()).toContain(`${text}\n`)
    }
  },
)

test('a command of ours is one, also behind text that looks like one', async () => {
  const { terminal, log } = create({ GITHUB_ACTIONS: 'true' })
  terminal.note('::error::theirs')
  terminal.tellRunner(terminal.stderr, '::error title=drover::ours')
  terminal.note('plain text')
  await terminal.flush()
  const runner = createRunner()
  runner.read(log())
  expect(runner.commands).toEqual(['::error title=drover::ours'])
  expect(log()).toContain('\nplain text\n')
})

test('elsewhere nothing is put around it', async () => {
  const { terminal, log } = create({ CI: 'true' })
  terminal.note('::error::x')
  await terminal.flush()
  expect(log()).toBe('::error::x\n')
})
