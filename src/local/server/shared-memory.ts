import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** How many processes still use a System V segment: 0 where it is gone, undefined where this system does not tell. */
export function attachedTo(sharedMemoryId: number): number | undefined {
  try {
    return process.platform === 'linux'
      ? countInTable(readFileSync('/proc/sysvipc/shm', 'utf8'), 'shmid', 'nattch', sharedMemoryId)
      : countInTable(execFileSync('ipcs', ['-mo'], { encoding: 'utf8' }), 'ID', 'NATTCH', sharedMemoryId)
  } catch {
    return undefined
  }
}

/** Exported for its test: the table of Linux and that of macOS differ in everything but the idea. */
export function countInTable(table: string, idColumn: string, countColumn: string, id: number): number {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/))
  const header = rows.find((row) => row.includes(idColumn) && row.includes(countColumn))
  if (header === undefined) return 0
  const row = rows.find((cells) => cells !== header && cells[header.indexOf(idColumn)] === String(id))
  return Number(row?.[header.indexOf(countColumn)] ?? 0)
}
