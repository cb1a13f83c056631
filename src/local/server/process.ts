import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** With its arguments; empty where no process has that number, or one that is dead and not reaped yet. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    const [state = '', ...command] = execFileSync('ps', ['-ww', '-o', 'stat=,command=', '-p', String(pid)], {
      encoding: 'utf8',
    }).split(' ')
    return state.startsWith('Z') ? '' : command.join(' ')
  } catch {
    return ''
  }
}

/** When it started, in a form that only this machine understands; empty where no process has that number, or a dead one. */
export function startOf(pid: number): string {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return 'ZX'.includes(state) ? '' : (rest[18] ?? '')
  } catch {
    return ''
  }
}

/** As Postgres sees it: also by a zombie, and by the process of another user. */
export function isNumberTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
