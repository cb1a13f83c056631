import { existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'

const maxLogBytes = 1_000_000

/** For the server to write to; one that grew large is put aside first. */
export function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > maxLogBytes) renameSync(file, `${file}.1`)
  return openSync(file, 'a', 0o600)
}

export function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** What was written after the first `fromByte` bytes. */
export function readLog(file: string, fromByte = 0): string {
  return existsSync(file) ? readFileSync(file).subarray(fromByte).toString('utf8') : ''
}

export function lastLines(text: string, count: number): readonly string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return count === 0 ? [] : lines.slice(-count)
}
