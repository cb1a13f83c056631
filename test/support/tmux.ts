import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

export const hasTmux = spawnSync('tmux', ['-V']).status === 0

export interface TmuxWindow {
  /** What stands in it now, without empty lines at the end. */
  visible(): string[]
  type(keys: string): void
  resize(columns: number, rows: number): void
}

/** A shell line in a window of a tmux of its own, which ends with the test. */
export function openTmux(
  line: string,
  { columns, rows, env }: { columns: number; rows: number; env: Readonly<Record<string, string>> },
): TmuxWindow {
  const folder = mkdtempSync(path.join(tmpdir(), 'drover-tmux-'))
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-S', path.join(folder, 'socket'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env },
    })
  const size = (width: number, height: number) => ['-x', String(width), '-y', String(height)]
  onTestFinished(() => {
    tmux('kill-server')
    rmSync(folder, { recursive: true, force: true })
  })
  tmux('new-session', '-d', ...size(columns, rows), line)
  return {
    visible: () => tmux('capture-pane', '-p').trimEnd().split('\n'),
    type: (keys) => void tmux('send-keys', '-l', keys),
    resize: (width, height) => void tmux('resize-window', ...size(width, height)),
  }
}
