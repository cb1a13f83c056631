import { readFileSync, rmSync, writeFileSync } from 'node:fs'

/** Says that the server stays up until it is stopped by name, also when nobody uses it. */
export interface Pin {
  /** Null: no TCP, just the socket. */
  readonly tcpPort: number | null
}

export function readPin(file: string): Pin | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Pin
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function writePin(file: string, pin: Pin): void {
  writeFileSync(file, `${JSON.stringify(pin)}\n`)
}

export function removePin(file: string): void {
  rmSync(file, { force: true })
}
