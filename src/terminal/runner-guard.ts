/** What GitHub's runner reads from a log: `::x::` at the head of a line, `##[x]` anywhere. Blanks and what it ignores may stand before and between. */
const unseen = '(?:(?![\\r\\n])[\\s\\p{C}\\p{Default_Ignorable_Code_Point}])*'
const longestHead = 1000

/** Outside GitHub Actions nobody needs them, and to make them takes a tenth of the time of a short command. */
function makePatterns() {
  return {
    command: new RegExp(`(?:^|[\\r\\n])${unseen}:${unseen}:|#${unseen}#${unseen}\\[`, 'u'),
    openHead: new RegExp(`^${unseen}:?${unseen}$`, 'u'),
  }
}

/** Keeps what is data from being a command of GitHub's runner, which reads both outputs of a step. */
export interface RunnerGuard {
  /** Text for stderr, with the commands switched off around it where it holds one. */
  wrap(text: string): string
  /**
   * What to say on stderr before this text goes to stdout, where it is data that is never changed; undefined for nothing.
   * The runner reads the two side by side, so that commands stay off for the rest of the step.
   */
  beforeData(text: string): string | undefined
}

export function createRunnerGuard(token: () => string): RunnerGuard {
  const patterns = makePatterns()
  let isStopped = false
  let lineHead = ''
  return {
    wrap: (text) => {
      if (isStopped || !patterns.command.test(text)) return text
      const end = token()
      return `::stop-commands::${end}\n${text}${text.endsWith('\n') ? '' : '\n'}::${end}::\n`
    },
    beforeData: (text) => {
      if (isStopped) return undefined
      const isAtHead = lineHead === ''
      isStopped = patterns.command.test(lineHead + text)
      lineHead = headOf(lineHead + text, patterns.openHead)
      // Where both outputs are one, it has to be a line of its own.
      return isStopped ? `${isAtHead ? '' : '\n'}::stop-commands::${token()}\n` : undefined
    },
  }
}

/** As much of the line that goes on as may become a command with what comes. */
function headOf(text: string, openHead: RegExp): string {
  const line = text.slice(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1)
  const end = line.slice(-longestHead)
  return openHead.test(line) ? end : `x${end}`
}
