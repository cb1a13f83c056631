import { Console } from 'node:console'

/** Sends what the user's module says to `output`, with `console` or straight to stdout, because stdout is for data. */
export function redirectConsole(output: NodeJS.WritableStream): void {
  const redirected = new Console({ stdout: output, stderr: output })
  const methods = Object.entries(redirected).filter(([, member]) => typeof member === 'function')
  Object.assign(globalThis.console, Object.fromEntries(methods))
  process.stdout.write = output.write.bind(output) as typeof process.stdout.write
}
