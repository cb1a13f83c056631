import type { ColorLevel } from './terminal.ts'

/** What is done sooner needs no spinner, and then `ora` is never loaded. */
const appearsAfterMs = 200

interface SpinnerOptions {
  readonly stream: NodeJS.WriteStream
  readonly colorLevel: ColorLevel
}

export function startSpinner(text: string, { stream, colorLevel }: SpinnerOptions): { stop(): void } {
  let isStopped = false
  let stop = () => {}

  const show = async () => {
    const { default: ora } = await import('ora')
    if (isStopped) return
    const spinner = ora({
      text,
      stream,
      color: colorLevel > 0 ? 'cyan' : false,
      isEnabled: true,
      discardStdin: false,
    }).start()
    stop = () => void spinner.stop()
  }

  const timer = setTimeout(() => void show(), appearsAfterMs)
  return {
    stop: () => {
      isStopped = true
      clearTimeout(timer)
      stop()
    },
  }
}
