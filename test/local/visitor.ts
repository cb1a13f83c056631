import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { atEndOfFile } from '../support/end-of-file.ts'

const script = path.join(import.meta.dirname, 'fixtures/visitor.mjs')

interface Message {
  readonly answer?: string
  readonly error?: string
  readonly cause?: string
  readonly notice?: string
}

/** Another drover process, as far as the embedded database can tell. Whoever starts one dismisses it. */
export interface Visitor {
  readonly pid: number
  readonly notices: readonly string[]
  /** Resolves to when the server was started that answered. */
  open(): Promise<string>
  leave(): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

export async function startVisitor(
  home: string,
  options: { readonly resolveFrom?: string; readonly env?: Record<string, string> } = {},
): Promise<Visitor> {
  const child = fork(script, [home, ...(options.resolveFrom ? [options.resolveFrom] : [])], {
    execArgv: [],
    env: { ...process.env, ...options.env },
  })
  atEndOfFile(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const gone = once(child, 'exit')
  const notices: string[] = []
  child.on('message', ({ notice }: Message) => {
    if (notice !== undefined) notices.push(notice)
  })
  const order = async (what: 'open' | 'leave'): Promise<string> => {
    const answered = new Promise<string>((resolve, reject) => {
      child.on('message', function listen({ answer, error, cause }: Message) {
        if (answer === undefined && error === undefined) return
        child.off('message', listen)
        if (answer !== undefined) resolve(answer)
        else reject(new Error(`${error}\n${cause}`))
      })
    })
    child.send(what)
    return await Promise.race([answered, gone.then(() => Promise.reject(new Error('the visitor died')))])
  }
  return {
    pid: child.pid ?? 0,
    notices,
    open: () => order('open'),
    leave: async () => {
      await order('leave')
    },
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}
