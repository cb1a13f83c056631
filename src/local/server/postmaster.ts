import { readFileSync } from 'node:fs'
import { kill } from 'node:process'
import { commandOf } from './process.ts'

/** What the server says about itself in `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number
  readonly dataDirectory: string
  readonly port: number
  readonly listensOnTcp: boolean
  /** Id of its System V shared memory segment; null while it starts. */
  readonly sharedMemoryId: number | null
  /** `starting`, `ready`, `stopping`; empty in the first instants. */
  readonly state: string
}

export function readPostmaster(file: string): Postmaster | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const [pid = '', dataDirectory = '', , port = '', , address = '', memory = '', state = ''] =
    text.split('\n')
  if (!/^\d+$/.test(pid)) return undefined
  return {
    pid: Number(pid),
    dataDirectory,
    port: Number(port),
    listensOnTcp: address.trim() !== '',
    sharedMemoryId: memory.trim() === '' ? null : Number(memory.trim().split(/\s+/)[1]),
    state: state.trim(),
  }
}

/** True when the process of that number is this very server, rather than a zombie or a stranger that got its number later. */
export function isLiving(postmaster: Pick<Postmaster, 'pid' | 'dataDirectory'>): boolean {
  const command = commandOf(postmaster.pid)
  return command.includes('postgres') && command.includes(postmaster.dataDirectory)
}

export function livingPostmaster(file: string): Postmaster | undefined {
  const postmaster = readPostmaster(file)
  return postmaster !== undefined && isLiving(postmaster) ? postmaster : undefined
}

export function signalPostmaster(postmaster: Postmaster, signal: 'SIGINT' | 'SIGQUIT'): void {
  try {
    kill(postmaster.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
