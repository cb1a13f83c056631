import { rmSync } from 'node:fs'
import { readPrivateFile, readPrivateJson, writePrivateFile } from '../home/private-file.ts'

/** Says that the server stays up until it is stopped by name, also when nobody uses it. */
export interface Pin {
  /** Null: no TCP, just the socket. */
  readonly tcpPort: number | null
}

/** Whether the server stays up, whatever the pin says of its port: asked by each command that leaves. */
export function isPinned(file: string): boolean {
  return readPrivateFile(file) !== undefined
}

/** One that is empty or broken still pins; the port that it named is forgotten. */
export async function readPin(file: string): Promise<Pin | undefined> {
  if (!isPinned(file)) return undefined
  const { checkShape } = await import('../../core/files/check-shape.ts')
  const { pinSchema } = await import('../../core/files/home-schemas.ts')
  const checked = checkShape(pinSchema, readPrivateJson(file))
  return 'value' in checked ? checked.value : { tcpPort: null }
}

export function writePin(file: string, pin: Pin): void {
  writePrivateFile(file, `${JSON.stringify(pin)}\n`)
}

export function removePin(file: string): void {
  rmSync(file, { force: true })
}
