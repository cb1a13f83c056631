import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startInPty } from '../support/pty-session.ts'

const program = path.join(import.meta.dirname, 'pty-program.mjs')
const start = (mode: string, env: Record<string, string> = {}) =>
  startInPty(process.execPath, [program, mode], { cwd: import.meta.dirname, env })

test('a live region follows the size of its terminal, keeps notes above, and stays at the end', async () => {
  const session = start('live')
  await session.waitFor('size 80x24')
  session.resize(50, 20)
  await session.waitFor('size 50x20')
  expect(session.screen.isCursorHidden()).toBe(true)
  session.type('\r')
  expect(await session.exitCode).toBe(0)
  const lines = session.screen.text().filter((line) => line !== '')
  expect(lines.slice(-4)).toEqual(['a note in between', 'size 50x20', '='.repeat(50), 'last line'])
  expect(lines.join('\n')).not.toContain('80x24')
  expect(session.screen.isCursorHidden()).toBe(false)
})

test('a program that leaves in the middle of a frame gives the cursor back', async () => {
  const session = start('leave')
  expect(await session.exitCode).toBe(3)
  expect(session.screen.text()).toEqual(['in the middle of it'])
  expect(session.screen.isCursorHidden()).toBe(false)
})

test('prompts are answered by keys, and left with ctrl-c or a signal', async () => {
  const session = start('prompts', { NO_COLOR: '1' })
  await session.waitFor('Approve it?')
  session.type('y')
  await session.waitFor('Which one?')
  session.type('\x1b[B\r')
  await session.waitFor('Why?')
  session.type('\r')
  await session.waitFor('Please type something.')
  session.type('because\r')
  await session.waitFor('And now?')
  session.type('\x03')
  expect(await session.exitCode).toBe(0)
  const answers = session.screen
    .text()
    .filter((line) => /^(confirm|choose|ask|left|listeners|aborted) /.test(line))
  expect(answers).toEqual([
    'confirm true',
    'choose {"id":2}',
    'ask because',
    'left undefined',
    'listeners 0',
    'aborted undefined',
  ])
})

test('with ACCESSIBLE prompts are lines that are answered by lines, and left in the same ways', async () => {
  const session = start('prompts', { ACCESSIBLE: '1' })
  await session.waitFor('Approve it? (y/N)')
  session.type('y\r')
  await session.waitFor('Your choice, 1 to ')
  session.type('7\r')
  await session.waitFor('Please type a number')
  session.type('2\r')
  await session.waitFor('Why?')
  session.type('\r')
  await session.waitFor('Please type something:')
  session.type('because\r')
  await session.waitFor('And now?')
  session.type('\x03')
  expect(await session.exitCode).toBe(0)
  const text = session.screen.text()
  expect(text.filter((line) => /^(confirm|choose|ask) /.test(line))).toEqual([
    'confirm true',
    'choose {"id":2}',
    'ask because',
  ])
  expect(text.join('\n')).toMatch(/left undefined\n+listeners 0/)
})

test('a spinner disappears when the wait is over', async () => {
  const session = start('spin')
  await session.waitFor('connecting')
  session.type('\r')
  expect(await session.exitCode).toBe(0)
  expect(session.screen.text().join('\n')).not.toContain('connecting')
  expect(session.screen.isCursorHidden()).toBe(false)
})

test('a pipe whose reader has enough ends quietly with 0', async () => {
  const script = 'set -o pipefail; "$0" "$1" lines | head -1'
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, process.execPath, program], {
    cwd: import.meta.dirname,
  })
  expect({ stdout, stderr }).toEqual({ stdout: 'line 0\n', stderr: '' })
})

test('a full screen takes keys, follows its size, and gives back what was there', async () => {
  const session = startInPty(
    'bash',
    ['-c', 'echo before; "$0" "$1" full; stty -a', process.execPath, program],
    {
      cwd: import.meta.dirname,
    },
  )
  await session.waitFor('size 80x24')
  expect(session.screen.isAlternate()).toBe(true)
  session.resize(50, 10)
  await session.waitFor('size 50x10')
  expect(session.screen.visible()).toHaveLength(10)
  session.type('\x1b[A')
  await session.waitFor('keys up')
  session.type('\x1b')
  await session.waitFor('keys up escape')
  session.type('\x1b[Z')
  await session.waitFor('escape backtab')
  session.type('\x1b[200~q pasted\x1b[201~')
  await session.waitFor('backtab paste:q pasted')
  session.type('n')
  await session.waitFor('note:said')
  session.type('y\x03')
  await session.waitFor('note:said ^c')
  session.type('q')
  expect(await session.exitCode).toBe(0)
  expect(session.screen.isAlternate()).toBe(false)
  expect(session.screen.isCursorHidden()).toBe(false)
  const text = session.screen.text()
  expect(text.slice(0, 2)).toEqual(['before', 'left'])
  expect(text.join(' ')).toMatch(/ icanon .* echo /)
  expect(text.join('\n')).not.toContain('row 1')
})

test('a program that crashes on the full screen gives it back, and says why', async () => {
  const session = start('crash')
  expect(await session.exitCode).not.toBe(0)
  expect(session.screen.isAlternate()).toBe(false)
  expect(session.screen.isCursorHidden()).toBe(false)
  expect(session.screen.text().join('\n')).toContain('why it ends')
})

test('ctrl-z gives the full screen back to the shell, and fg takes it again', async () => {
  const session = startInPty('bash', ['--norc', '-i'], { cwd: import.meta.dirname, env: { PS1: '$ ' } })
  session.type(`${process.execPath} ${program} full\r`)
  await session.waitFor('size 80x24')
  session.type('\x1a')
  await session.waitFor('Stopped')
  expect(session.screen.isAlternate()).toBe(false)
  session.type('fg\r')
  await session.waitFor('size 80x24')
  session.type('x')
  await session.waitFor('keys x')
  session.type('q')
  await session.waitFor('left')
  session.type('exit\r')
  await session.exitCode
  expect(session.screen.text().join('\n')).not.toContain('row 1')
})
