import type { ColorLevel, ColorMode } from './terminal.ts'

interface ColorSituation {
  readonly mode: ColorMode
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How many colours one output gets: the flag wins, then FORCE_COLOR, CLICOLOR_FORCE, NO_COLOR, CLICOLOR, then what the terminal can do. */
export function decideColorLevel({ mode, isTerminal, env }: ColorSituation): ColorLevel {
  if (mode === 'never') return 0
  const forced = readForceColor(env)
  if (mode === 'always') return Math.max(1, forced ?? terminalLevel(env)) as ColorLevel
  if (forced !== undefined) return forced
  if (env.CLICOLOR_FORCE && env.CLICOLOR_FORCE !== '0') return Math.max(1, terminalLevel(env)) as ColorLevel
  if (env.NO_COLOR || env.CLICOLOR === '0' || !isTerminal) return 0
  return terminalLevel(env)
}

/** As Node reads it: empty, `1` or `true` mean colour of some kind, `0` or `false` none. */
function readForceColor(env: ColorSituation['env']): ColorLevel | undefined {
  switch (env.FORCE_COLOR) {
    case undefined:
      return undefined
    case '':
    case 'true':
      return Math.max(1, terminalLevel(env)) as ColorLevel
    case '1':
      return 1
    case '2':
      return 2
    case '3':
      return 3
    default:
      return 0
  }
}

function terminalLevel({ TERM: term = '', COLORTERM: colors = '' }: ColorSituation['env']): ColorLevel {
  if (term === 'dumb') return 0
  if (/^(truecolor|24bit)$/i.test(colors) || /-(direct|truecolor)$/.test(term)) return 3
  return /-256(color)?$/.test(term) ? 2 : 1
}
